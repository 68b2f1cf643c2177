using System.Runtime.InteropServices;

namespace Xen.Linux;

/// <summary>The requests and structs of <c>/dev/xen/evtchn</c> (xen-protocols 1.14; kernel header <c>xen/evtchn.h</c>).</summary>
internal static class EvtchnAbi
{
    internal const uint BindInterdomain = 0x00084501;
    internal const uint BindUnboundPort = 0x00044502;
    internal const uint Unbind = 0x00044503;
    internal const uint Notify = 0x00044504;
    internal const uint Reset = 0x00004505;

    /// <summary><c>struct ioctl_evtchn_bind_interdomain</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct BindInterdomainArgument
    {
        internal uint RemoteDomain;
        internal uint RemotePort;
    }

    /// <summary><c>struct ioctl_evtchn_bind_unbound_port</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct BindUnboundPortArgument
    {
        internal uint RemoteDomain;
    }

    /// <summary><c>struct ioctl_evtchn_unbind</c> and <c>struct ioctl_evtchn_notify</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PortArgument
    {
        internal uint Port;
    }
}
