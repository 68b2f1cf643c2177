using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct shared_info</c> of x86-64: 3,136 bytes (xen-protocols 1.3).</summary>
[StructLayout(LayoutKind.Explicit, Size = 3136)]
public unsafe struct SharedInfo
{
    /// <summary>Virtual processors that have a slot here.</summary>
    public const int VcpuSlots = 32;

    /// <summary>Words of the pending and mask arrays.</summary>
    public const int EventWords = 64;

    /// <summary>Ports of the 2-level ABI.</summary>
    public const int EventPorts = EventWords * 64;

    /// <summary><c>vcpu_info[0]</c>; the others follow, see <see cref="Vcpu"/>.</summary>
    [FieldOffset(0)]
    public VcpuInfo FirstVcpu;

    /// <summary><c>evtchn_pending</c>.</summary>
    [FieldOffset(2048)]
    public fixed ulong EvtchnPending[EventWords];

    /// <summary><c>evtchn_mask</c>.</summary>
    [FieldOffset(2560)]
    public fixed ulong EvtchnMask[EventWords];

    /// <summary><c>wc_version</c>: odd while Xen writes the wall clock.</summary>
    [FieldOffset(3072)]
    public uint WcVersion;

    /// <summary><c>wc_sec</c>: wall clock at boot, low half of the seconds.</summary>
    [FieldOffset(3076)]
    public uint WcSec;

    /// <summary><c>wc_nsec</c>.</summary>
    [FieldOffset(3080)]
    public uint WcNsec;

    /// <summary><c>wc_sec_hi</c>.</summary>
    [FieldOffset(3084)]
    public uint WcSecHi;

    /// <summary>A virtual processor's slot.</summary>
    /// <param name="sharedInfo">The page.</param>
    /// <param name="vcpu">0 to <see cref="VcpuSlots"/> - 1.</param>
    public static VcpuInfo* Vcpu(SharedInfo* sharedInfo, int vcpu)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(vcpu);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(vcpu, VcpuSlots);
        return &sharedInfo->FirstVcpu + vcpu;
    }
}
