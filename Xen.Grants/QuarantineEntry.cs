namespace Xen.Grants;

/// <summary>A run of pages with references that a peer has not let go of: kept until it has (R7).</summary>
internal sealed unsafe class QuarantineEntry(byte* address, int pageCount, uint[] references, string releasedBy)
{
    public byte* Address { get; } = address;

    public int PageCount { get; } = pageCount;

    /// <summary>Those that are still busy are in front of <see cref="BusyCount"/>.</summary>
    public uint[] References { get; } = references;

    public int BusyCount { get; set; } = references.Length;

    public string ReleasedBy { get; } = releasedBy;
}
