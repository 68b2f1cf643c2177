namespace Xen.Platform.Abi;

/// <summary>The hypercalls that a PVH guest uses (<c>__HYPERVISOR_*</c>, xen-protocols 1.2).</summary>
public enum HypercallNumber
{
    /// <summary><c>memory_op</c>, see <see cref="MemoryOp"/>.</summary>
    MemoryOp = 12,

    /// <summary><c>multicall</c>.</summary>
    Multicall = 13,

    /// <summary><c>set_timer_op</c>.</summary>
    SetTimerOp = 15,

    /// <summary><c>xen_version</c>, see <see cref="XenVersionOp"/>.</summary>
    XenVersion = 17,

    /// <summary><c>console_io</c>.</summary>
    ConsoleIo = 18,

    /// <summary><c>grant_table_op</c>, see <see cref="GrantTableOp"/>.</summary>
    GrantTableOp = 20,

    /// <summary><c>vm_assist</c>.</summary>
    VmAssist = 21,

    /// <summary><c>vcpu_op</c>, see <see cref="VcpuOp"/>.</summary>
    VcpuOp = 24,

    /// <summary><c>sched_op</c>, see <see cref="SchedOp"/>.</summary>
    SchedOp = 29,

    /// <summary><c>event_channel_op</c>, see <see cref="EventChannelOp"/>.</summary>
    EventChannelOp = 32,

    /// <summary><c>physdev_op</c>.</summary>
    PhysdevOp = 33,

    /// <summary><c>hvm_op</c>, see <see cref="HvmOp"/>.</summary>
    HvmOp = 34,
}
