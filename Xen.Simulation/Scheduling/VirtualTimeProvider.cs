namespace Xen.Simulation.Scheduling;

/// <summary>Virtual time: begins on 1 January 2026 and moves only when nothing is ready.</summary>
internal sealed class VirtualTimeProvider(VirtualPump pump, SimulatedScheduler owner) : TimeProvider
{
    /// <summary>What the clock shows when the simulation begins.</summary>
    public static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => 1_000_000_000;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => pump.NowNanoseconds;

    public override DateTimeOffset GetUtcNow() => Beginning.AddTicks(pump.NowNanoseconds / 100);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        pump.Timers.CreateTimer(owner, callback, state, dueTime, period);
}
