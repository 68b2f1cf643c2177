using System.Runtime.InteropServices;

namespace Xen.Linux;

/// <summary>The requests and structs of <c>/dev/xen/gntalloc</c> (xen-protocols 1.14; kernel header <c>xen/gntalloc.h</c>).</summary>
internal static class GntallocAbi
{
    internal const uint Allocate = 0x00184705;
    internal const uint Deallocate = 0x00104706;
    internal const uint SetUnmapNotify = 0x00104707;

    internal const ushort Writable = 1;

    /// <summary><c>struct ioctl_gntalloc_alloc_gref</c> without its array <c>gref_ids</c>, which follows.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct AllocateArgument
    {
        internal ushort Domain;
        internal ushort Flags;
        internal uint Count;
        internal ulong Index;
    }

    /// <summary><c>struct ioctl_gntalloc_dealloc_gref</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct DeallocateArgument
    {
        internal ulong Index;
        internal uint Count;
    }

    /// <summary><c>struct ioctl_gntalloc_unmap_notify</c> and <c>struct ioctl_gntdev_unmap_notify</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct UnmapNotifyArgument
    {
        internal const uint ClearByte = 1;
        internal const uint SendEvent = 2;

        internal ulong Index;
        internal uint Action;
        internal uint EventChannelPort;
    }
}
