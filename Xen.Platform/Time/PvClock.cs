using System.Runtime.CompilerServices;
using Xen.Platform.Abi;

namespace Xen.Platform;

/// <summary>
/// The guest's time, computed from what Xen writes into shared memory and the time stamp counter (xen-protocols 1.3): never backwards (R18),
/// no hypercall, no allocation. Its timers are fired by the host's pump, see <see cref="Timers"/>.
/// </summary>
/// <remarks>Reading the time is safe from any thread.</remarks>
public sealed unsafe class PvClock : TimeProvider, ITimerPump
{
    // Xen writes for some dozens of cycles. One that never ends must not hang the guest: the time then stands still until it does.
    private const int ReadLimit = 10_000;
    private const ulong NanosecondsPerSecond = 1_000_000_000;
    private const ulong NanosecondsPerTick = 100;

    // The wall clock of the last second that a DateTimeOffset can say.
    private static readonly ulong LastUnixSecond = (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private readonly IProcessor _processor;
    private readonly SharedInfo* _sharedInfo;
    private readonly VcpuTimeInfo* _time;
    private readonly IGuestScheduler? _scheduler;
    private readonly Action _onEarlier;
    private long _latest;
    private long _offset;
    private long _unreadable;
    private long _bootTicks = DateTimeOffset.UnixEpoch.UtcTicks;

    /// <summary>Makes the clock.</summary>
    /// <param name="processor">Its time stamp counter.</param>
    /// <param name="sharedInfo">The shared info page, for the wall clock. It stays where it is.</param>
    /// <param name="time">What Xen writes for a virtual processor: in the shared info page, or where it was registered. It stays where it is.</param>
    /// <param name="scheduler">Where timers fire; <see langword="null"/>: inside <see cref="TimerQueue.RunDue"/>, for a run queue that brings them to itself.</param>
    /// <param name="onEarlier">Wakes the host's pump when a timer is due earlier than the first one was; called from any thread.</param>
    public PvClock(IProcessor processor, SharedInfo* sharedInfo, VcpuTimeInfo* time, IGuestScheduler? scheduler, Action onEarlier)
    {
        ArgumentNullException.ThrowIfNull(processor);
        ArgumentNullException.ThrowIfNull(sharedInfo);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(onEarlier);
        _processor = processor;
        _sharedInfo = sharedInfo;
        _time = time;
        _scheduler = scheduler;
        _onEarlier = onEarlier;
        Timers = new TimerQueue(this);
    }

    /// <summary>Its timers: the host's pump blocks until <see cref="SystemTimeOf"/> of the next one and calls <see cref="TimerQueue.RunDue"/>.</summary>
    public TimerQueue Timers { get; }

    /// <summary>How often a look at the shared page gave no consistent record in 10,000 attempts, or one that Xen never writes.</summary>
    public long UnreadableCount => Volatile.Read(ref _unreadable);

    /// <summary>How often the time stamp counter ticks in a second, as Xen says; 0 when it cannot be read.</summary>
    public ulong TimestampCounterHertz => TryReadTime(out _, out TimestampScale scale) ? scale.Hertz : 0;

    /// <inheritdoc />
    public override long TimestampFrequency => (long)NanosecondsPerSecond;

    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    long ITimerPump.NowNanoseconds => GetTimestamp();

    /// <summary>Nanoseconds: the domain's system time, as long as it was not restored elsewhere.</summary>
    public override long GetTimestamp()
    {
        long now = TryReadTime(out ulong nanoseconds, out _)
            ? Saturate((Int128)Math.Min(nanoseconds, long.MaxValue) + Volatile.Read(ref _offset))
            : long.MinValue;
        // Also with TSC_STABLE: a guest that was moved may meet a counter or a record that is behind.
        long latest = Volatile.Read(ref _latest);
        while (now > latest)
        {
            long seen = Interlocked.CompareExchange(ref _latest, now, latest);
            if (seen == latest)
            {
                return now;
            }

            latest = seen;
        }

        return latest;
    }

    /// <summary>The wall clock, read anew each time: what the toolstack or a resume has changed is seen. It may jump.</summary>
    public override DateTimeOffset GetUtcNow()
    {
        if (TryReadBoot(out long boot))
        {
            Volatile.Write(ref _bootTicks, boot);
        }
        else
        {
            boot = Volatile.Read(ref _bootTicks);
        }

        long since = (long)(SystemTimeOf(GetTimestamp()) / NanosecondsPerTick);
        return new DateTimeOffset(since > DateTimeOffset.MaxValue.UtcTicks - boot ? DateTimeOffset.MaxValue.UtcTicks : boot + since, TimeSpan.Zero);
    }

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        Timers.CreateTimer(_scheduler, callback, state, dueTime, period);

    /// <summary>A timestamp as Xen knows it: for <see cref="IHypervisor.Block"/> and timer hypercalls.</summary>
    /// <param name="timestamp">Of this clock.</param>
    /// <returns>System time of the domain in nanoseconds; <see cref="ulong.MaxValue"/> for <see cref="TimerQueue.Never"/>.</returns>
    public ulong SystemTimeOf(long timestamp) =>
        timestamp == TimerQueue.Never ? ulong.MaxValue : (ulong)Saturate(Int128.Max(0, (Int128)timestamp - Volatile.Read(ref _offset)));

    /// <summary>
    /// To be called after a resume: another host's system time begins elsewhere, and timestamps go on from the last one that was seen.
    /// </summary>
    public void Resume()
    {
        if (TryReadTime(out ulong nanoseconds, out _))
        {
            Volatile.Write(ref _offset, Volatile.Read(ref _latest) - (long)Math.Min(nanoseconds, long.MaxValue));
        }
    }

    void ITimerPump.BeforeChange(string what)
    {
        // Any thread may.
    }

    void ITimerPump.OnEarlier() => _onEarlier();

    private static long Saturate(Int128 value) => (long)Int128.Min(value, long.MaxValue);

    // Volatile loads stay in order: the version, then the record, then the version again. Their partner is Xen, which makes the version
    // odd before it writes, and even after.
    private bool TryReadTime(out ulong nanoseconds, out TimestampScale scale)
    {
        for (int i = 0; i < ReadLimit; i++)
        {
            uint version = Volatile.Read(ref _time->Version);
            ulong stamp = Volatile.Read(ref _time->TscTimestamp);
            ulong systemTime = Volatile.Read(ref _time->SystemTime);
            scale = new TimestampScale(Volatile.Read(ref _time->TscToSystemMul), Volatile.Read(ref _time->TscShift));
            ulong counter = _processor.ReadTimestampCounter();
            if ((version & 1) == 0 && Volatile.Read(ref _time->Version) == version)
            {
                nanoseconds = NanosecondsAt(counter, stamp, systemTime, scale);
                return scale.IsValid || Unreadable();
            }
        }

        nanoseconds = 0;
        scale = default;
        return Unreadable();
    }

    // A counter behind its stamp is another processor's, or was set back: no time has passed. Centuries have not.
    private static ulong NanosecondsAt(ulong counter, ulong stamp, ulong systemTime, TimestampScale scale)
    {
        ulong delta = (long)(counter - stamp) < 0 || !scale.IsValid ? 0 : counter - stamp;
        ulong since = scale.ToNanoseconds(delta);
        return since > ulong.MaxValue - systemTime ? ulong.MaxValue : systemTime + since;
    }

    // The wall clock at system time 0, in ticks.
    private bool TryReadBoot(out long ticks)
    {
        for (int i = 0; i < ReadLimit; i++)
        {
            uint version = Volatile.Read(ref _sharedInfo->WcVersion);
            ulong seconds = Volatile.Read(ref _sharedInfo->WcSec) | ((ulong)Volatile.Read(ref _sharedInfo->WcSecHi) << 32);
            uint nanoseconds = Volatile.Read(ref _sharedInfo->WcNsec);
            if ((version & 1) == 0 && Volatile.Read(ref _sharedInfo->WcVersion) == version)
            {
                ticks = DateTimeOffset.UnixEpoch.UtcTicks + ((long)Math.Min(seconds, LastUnixSecond) * TimeSpan.TicksPerSecond);
                ticks = Math.Min(ticks + (nanoseconds / (long)NanosecondsPerTick), DateTimeOffset.MaxValue.UtcTicks);
                return true;
            }
        }

        ticks = 0;
        return Unreadable();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Unreadable()
    {
        Interlocked.Increment(ref _unreadable);
        return false;
    }
}
