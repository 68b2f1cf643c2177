namespace Xen.Platform;

/// <summary>A time source whose timers fire on a guest's run queue, not on the thread that the source uses.</summary>
/// <param name="inner">Where time comes from.</param>
/// <param name="scheduler">Where its timers fire.</param>
public sealed class ScheduledTimeProvider(TimeProvider inner, IGuestScheduler scheduler) : TimeProvider
{
    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

    /// <inheritdoc />
    public override long TimestampFrequency => inner.TimestampFrequency;

    /// <inheritdoc />
    public override long GetTimestamp() => inner.GetTimestamp();

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var fire = new Action<object?>(callback);
        return inner.CreateTimer(_ => scheduler.Schedule(fire, state), null, dueTime, period);
    }
}
