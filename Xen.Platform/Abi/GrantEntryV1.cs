using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct grant_entry_v1</c>: 8 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct GrantEntryV1
{
    /// <summary><c>flags</c>: written last, it publishes the entry.</summary>
    [FieldOffset(0)]
    public GrantEntryFlags Flags;

    /// <summary><c>domid</c>: who may use it.</summary>
    [FieldOffset(2)]
    public ushort Domid;

    /// <summary><c>frame</c>: the granted guest frame.</summary>
    [FieldOffset(4)]
    public uint Frame;
}
