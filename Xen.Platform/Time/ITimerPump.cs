namespace Xen.Platform;

/// <summary>What a <see cref="TimerQueue"/> needs from the host whose pump runs it.</summary>
public interface ITimerPump
{
    /// <summary>The time, in nanoseconds from an origin of the host's.</summary>
    long NowNanoseconds { get; }

    /// <summary>Called before a timer is changed; may refuse the thread that does it.</summary>
    /// <param name="what">What is about to happen.</param>
    void BeforeChange(string what);

    /// <summary>The first timer is due earlier than the first one was: a pump that sleeps has to look again. Called from any thread, without a lock.</summary>
    void OnEarlier();
}
