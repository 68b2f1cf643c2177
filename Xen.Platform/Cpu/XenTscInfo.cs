namespace Xen.Platform;

/// <summary>What Xen says about the time stamp counter (leaf +3, all three parts).</summary>
/// <param name="IsEmulated">Reading it traps.</param>
/// <param name="IsHostReliable">The host's counters run alike.</param>
/// <param name="HasRdtscp">The instruction <c>rdtscp</c> works.</param>
/// <param name="Mode">0 default, 1 always emulated, 2 never emulated, 3 was for PVRDTSCP.</param>
/// <param name="GuestKilohertz">How fast the guest's counter runs.</param>
/// <param name="Incarnation">Grows each time the guest is restored on another host.</param>
/// <param name="Offset">Nanoseconds between the guest's and the host's time.</param>
/// <param name="Multiplier">From the guest's ticks to nanoseconds, as in <c>vcpu_time_info</c>.</param>
/// <param name="Shift">The shift that belongs to it.</param>
/// <param name="HostKilohertz">How fast the host's counter runs.</param>
public readonly record struct XenTscInfo(
    bool IsEmulated,
    bool IsHostReliable,
    bool HasRdtscp,
    uint Mode,
    uint GuestKilohertz,
    uint Incarnation,
    ulong Offset,
    uint Multiplier,
    sbyte Shift,
    uint HostKilohertz);
