using Xen.Events;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Console;

/// <summary>The guest's end of a console.</summary>
public sealed class ConsoleDevice : ConsoleEnd
{
    /// <summary>Takes the ring as it is.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="page">The console page; it stays the caller's.</param>
    /// <param name="port">The guest's end of the event channel; it stays the caller's.</param>
    /// <param name="events">The guest's event channels.</param>
    /// <param name="scheduler">The guest's scheduler.</param>
    public unsafe ConsoleDevice(string name, byte* page, EventPort port, IEventChannels events, IGuestScheduler scheduler)
        : base(name, XenconsRings.FrontWriter<DirectMemory>(page), XenconsRings.FrontReader<DirectMemory>(page), XenconsInterface.OutSize, port, events, scheduler)
    {
    }
}
