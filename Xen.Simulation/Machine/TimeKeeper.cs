using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

/// <summary>
/// Xen's side of the clock: a time stamp counter that follows the simulation's time at 2 GHz, the record of each domain's processor and its
/// wall clock. Written under a version that is odd meanwhile (xen-protocols 1.3).
/// </summary>
internal static unsafe class TimeKeeper
{
    /// <summary>Of the counter, in kHz.</summary>
    public const uint Kilohertz = 2_000_000;

    // Half a nanosecond for each tick.
    private const uint Multiplier = 0x80000000;
    private const ulong FirstTick = 1_000_000_007;

    /// <summary>The counter at a time of the simulation.</summary>
    public static ulong CounterAt(long nanoseconds) => FirstTick + ((ulong)nanoseconds * 2);

    /// <summary>The number that scales ticks.</summary>
    public static uint Scale => Multiplier;

    /// <summary>Writes the time of a domain's processor.</summary>
    public static void UpdateTime(XenDomain domain, long nanoseconds)
    {
        VcpuTimeInfo* time = &SharedInfo.Vcpu(domain.SharedInfo, 0)->Time;
        uint version = time->Version | 1;
        // Each write stays behind the odd version and before the even one: the guest reads the version, the record, the version.
        Volatile.Write(ref time->Version, version);
        Thread.MemoryBarrier();
        time->TscTimestamp = CounterAt(nanoseconds);
        time->SystemTime = (ulong)nanoseconds;
        time->TscToSystemMul = Multiplier;
        time->TscShift = 0;
        time->Flags = 1;
        Volatile.Write(ref time->Version, version + 1);
    }

    /// <summary>Writes what the wall clock showed when system time was 0.</summary>
    public static void UpdateWallClock(XenDomain domain, DateTimeOffset beginning)
    {
        SharedInfo* info = domain.SharedInfo;
        long ticks = (beginning - DateTimeOffset.UnixEpoch).Ticks;
        ulong seconds = (ulong)(ticks / TimeSpan.TicksPerSecond);
        uint version = info->WcVersion | 1;
        Volatile.Write(ref info->WcVersion, version);
        Thread.MemoryBarrier();
        info->WcSec = (uint)seconds;
        info->WcSecHi = (uint)(seconds >> 32);
        info->WcNsec = (uint)(ticks % TimeSpan.TicksPerSecond * 100);
        Volatile.Write(ref info->WcVersion, version + 1);
    }
}
