using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct grant_entry_v2, full_page</c>: 16 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct GrantEntryV2
{
    /// <summary>
    /// Words in a status frame: one <c>grant_status_t</c> of 2 bytes for each reference, in frames of their own, where Xen sets
    /// <see cref="GrantEntryFlags.Reading"/> and <see cref="GrantEntryFlags.Writing"/>.
    /// </summary>
    public const int StatusesPerFrame = PageSize.Bytes / sizeof(ushort);

    /// <summary><c>hdr.flags</c>: written last, it publishes the entry.</summary>
    [FieldOffset(0)]
    public GrantEntryFlags Flags;

    /// <summary><c>hdr.domid</c>: who may use it.</summary>
    [FieldOffset(2)]
    public ushort Domid;

    /// <summary><c>sub_page.page_off</c>: first byte that may be used, when <see cref="GrantEntryFlags.SubPage"/>.</summary>
    [FieldOffset(4)]
    public ushort PageOffset;

    /// <summary><c>sub_page.length</c>: bytes that may be used, when <see cref="GrantEntryFlags.SubPage"/>.</summary>
    [FieldOffset(6)]
    public ushort Length;

    /// <summary><c>frame</c>: the granted guest frame.</summary>
    [FieldOffset(8)]
    public ulong Frame;
}
