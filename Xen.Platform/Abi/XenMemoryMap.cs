using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct xen_memory_map</c>: 16 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct XenMemoryMap
{
    /// <summary><c>nr_entries</c>: in, how many the buffer holds; out, how many were stored.</summary>
    [FieldOffset(0)]
    public uint NrEntries;

    /// <summary><c>buffer</c>: address of an array of <see cref="E820Entry"/>.</summary>
    [FieldOffset(8)]
    public ulong Buffer;
}
