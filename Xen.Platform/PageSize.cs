namespace Xen.Platform;

/// <summary>The size of a page, everywhere in Xen's interfaces on x86-64.</summary>
public static class PageSize
{
    /// <summary>Bytes in a page.</summary>
    public const int Bytes = 4096;

    /// <summary>Bits of an address inside a page.</summary>
    public const int Shift = 12;
}
