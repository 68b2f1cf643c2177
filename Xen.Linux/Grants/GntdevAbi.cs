using System.Runtime.InteropServices;

namespace Xen.Linux;

/// <summary>The requests and structs of <c>/dev/xen/gntdev</c> (xen-protocols 1.14; kernel header <c>xen/gntdev.h</c>).</summary>
internal static unsafe class GntdevAbi
{
    internal const uint MapGrantRef = 0x00184700;
    internal const uint UnmapGrantRef = 0x00104701;
    internal const uint SetUnmapNotify = 0x00104707;
    internal const uint GrantCopy = 0x00104708;

    internal const ushort SourceIsGrant = 1;
    internal const ushort DestinationIsGrant = 2;

    /// <summary><c>struct ioctl_gntdev_grant_ref</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct GrantReference
    {
        internal uint Domain;
        internal uint Ref;
    }

    /// <summary><c>struct ioctl_gntdev_map_grant_ref</c> without its array <c>refs</c>, which follows.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MapArgument
    {
        internal uint Count;
        internal uint Padding;
        internal ulong Index;
    }

    /// <summary><c>struct ioctl_gntdev_unmap_grant_ref</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct UnmapArgument
    {
        internal ulong Index;
        internal uint Count;
        internal uint Padding;
    }

    /// <summary><c>struct ioctl_gntdev_grant_copy</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct CopyArgument
    {
        internal uint Count;
        internal CopySegment* Segments;
    }

    /// <summary>One side of a <see cref="CopySegment"/>: an address of this process, or a part of a granted page.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 8)]
    internal struct CopySide
    {
        [FieldOffset(0)]
        internal byte* Virtual;

        [FieldOffset(0)]
        internal uint Ref;

        [FieldOffset(4)]
        internal ushort Offset;

        [FieldOffset(6)]
        internal ushort Domain;
    }

    /// <summary><c>struct gntdev_grant_copy_segment</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct CopySegment
    {
        internal CopySide Source;
        internal CopySide Destination;
        internal ushort Length;
        internal ushort Flags;
        internal short Status;
    }
}
