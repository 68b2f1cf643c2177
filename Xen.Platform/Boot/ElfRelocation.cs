namespace Xen.Platform;

/// <summary>Where a loader may move an image to (<c>XEN_ELFNOTE_PHYS32_RELOC</c>).</summary>
/// <param name="Alignment">Of the new place.</param>
/// <param name="Minimum">Lowest address.</param>
/// <param name="Maximum">Highest address.</param>
public readonly record struct ElfRelocation(uint Alignment, uint Minimum, uint Maximum);
