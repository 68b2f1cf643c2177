using Microsoft.Extensions.Logging;
using Xen.Events;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Console;

/// <summary>
/// The guest's end of a console. After a resume into a new domain it takes the ring that the toolstack made anew; what it had not given to the
/// old one goes to the new one.
/// </summary>
public sealed class ConsoleDevice : ConsoleEnd
{
    private readonly Func<ConsoleRing> _adopt;
    private readonly IGuestLifecycle _lifecycle;

    /// <summary>Takes the ring as it is.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="adopt">Finds page and port: of console 0 from HVM parameters 17 and 18. Called now, and after each resume into a new domain.</param>
    /// <param name="events">The guest's event channels.</param>
    /// <param name="scheduler">The guest's scheduler.</param>
    /// <param name="lifecycle">The guest's suspends and resumes.</param>
    /// <param name="loggerFactory">Where it logs. What is logged here comes back as output where the log goes to this console; that is bounded.</param>
    /// <param name="options">How it behaves; <see cref="ConsoleOptions.Default"/> when left out.</param>
    /// <param name="keeper">Who keeps the ring while there is no driver; <see langword="null"/> for nobody.</param>
    /// <exception cref="XenException">From <paramref name="adopt"/>: there is no such console.</exception>
    public ConsoleDevice(
        string name,
        Func<ConsoleRing> adopt,
        IEventChannels events,
        IGuestScheduler scheduler,
        IGuestLifecycle lifecycle,
        ILoggerFactory loggerFactory,
        ConsoleOptions? options = null,
        IConsoleKeeper? keeper = null)
        : base(name, events, scheduler, loggerFactory, options, keeper)
    {
        ArgumentNullException.ThrowIfNull(adopt);
        ArgumentNullException.ThrowIfNull(lifecycle);
        _adopt = adopt;
        _lifecycle = lifecycle;
        ConsoleRing ring = adopt();
        lifecycle.Suspending += OnSuspending;
        lifecycle.Resumed += OnResumed;
        Connect(ring);
    }

    /// <summary>To be called between two turns: what the keeper has waiting then gets one.</summary>
    public void Poll() => PollKeeper();

    private protected override void OnEnd()
    {
        _lifecycle.Suspending -= OnSuspending;
        _lifecycle.Resumed -= OnResumed;
    }

    private unsafe void Connect(ConsoleRing ring) =>
        Connect(ConsoleProtocols.Front<DirectMemory>(ring.Page, Options.LongestPoll), ring.Port);

    private void OnSuspending() => Suspend();

    private void OnResumed(bool isCancelled)
    {
        if (isCancelled)
        {
            Resume();
            return;
        }

        try
        {
            Connect(_adopt());
        }
        catch (XenException exception)
        {
            GiveUp(exception);
        }
    }
}
