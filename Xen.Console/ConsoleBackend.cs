using Microsoft.Extensions.Logging;
using Xen.Events;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Console;

/// <summary>The daemon's end of one guest's console.</summary>
public sealed class ConsoleBackend : ConsoleEnd
{
    /// <summary>Takes the ring as it is.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="ring">The page and the daemon's port; they stay the caller's.</param>
    /// <param name="events">The daemon's event channels.</param>
    /// <param name="scheduler">The daemon's scheduler.</param>
    /// <param name="loggerFactory">Where it logs.</param>
    /// <param name="options">How it behaves; <see cref="ConsoleOptions.Default"/> when left out.</param>
    public unsafe ConsoleBackend(
        string name, ConsoleRing ring, IEventChannels events, IGuestScheduler scheduler, ILoggerFactory loggerFactory, ConsoleOptions? options = null)
        : base(name, events, scheduler, loggerFactory, options, keeper: null) =>
        Connect(ConsoleProtocols.Back<DirectMemory>(ring.Page, Options.LongestPoll), ring.Port);
}
