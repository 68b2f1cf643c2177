namespace Xen.Hosting;

/// <summary>A disk of a simulated guest.</summary>
public sealed record SimulatedDisk
{
    /// <summary>The name in the guest: <c>xvda</c>, <c>xvdb</c>, …</summary>
    public string Name { get; init; } = "xvda";

    /// <summary>A raw image file, or <see langword="null"/> for memory.</summary>
    public string? ImagePath { get; init; }

    /// <summary>The size in bytes of a disk in memory; an image file has its own.</summary>
    public long SizeBytes { get; init; } = 16 << 20;

    /// <summary>Bytes in a sector: 512 or 4096.</summary>
    public int SectorSize { get; init; } = 512;

    /// <summary>True for a disk that cannot be written.</summary>
    public bool IsReadOnly { get; init; }
}
