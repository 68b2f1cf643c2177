using Xen.Events;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Console;

/// <summary>The daemon's end of one guest's console.</summary>
public sealed class ConsoleBackend : ConsoleEnd
{
    /// <summary>Takes the ring as it is.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="page">The console page; it stays the caller's.</param>
    /// <param name="port">The daemon's end of the event channel; it stays the caller's.</param>
    /// <param name="events">The daemon's event channels.</param>
    /// <param name="scheduler">The daemon's scheduler.</param>
    public unsafe ConsoleBackend(string name, byte* page, EventPort port, IEventChannels events, IGuestScheduler scheduler)
        : base(name, XenconsRings.BackWriter<DirectMemory>(page), XenconsRings.BackReader<DirectMemory>(page), XenconsInterface.InSize, port, events, scheduler)
    {
    }
}
