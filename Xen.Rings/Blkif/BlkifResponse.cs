using System.Runtime.InteropServices;

namespace Xen.Rings;

/// <summary>The answer to a request (<c>struct blkif_response</c>, x86_64 layout).</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct BlkifResponse
{
    /// <summary>The request's id.</summary>
    [FieldOffset(0)]
    public ulong Id;

    /// <summary>The request's operation; of an indirect one, what it meant.</summary>
    [FieldOffset(8)]
    public byte Operation;

    /// <summary>A <see cref="BlkifStatus"/>.</summary>
    [FieldOffset(10)]
    public short Status;
}
