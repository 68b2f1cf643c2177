using Xen.Platform;

namespace Xen.Checks.Boot;

/// <summary>A host whose time a check sets.</summary>
internal sealed class TimerPump : ITimerPump
{
    public long NowNanoseconds { get; set; }

    /// <summary>What the pump looked up last; 0 since it was told to look again.</summary>
    public long SleepsUntil { get; set; } = TimerQueue.Never;

    public void BeforeChange(string what)
    {
    }

    public void OnEarlier() => SleepsUntil = 0;
}
