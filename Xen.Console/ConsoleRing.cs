using Xen.Events;

namespace Xen.Console;

/// <summary>Where a console is: its page and this end's port. Both stay the property of whoever made them.</summary>
public readonly unsafe struct ConsoleRing
{
    /// <summary>Names them.</summary>
    /// <param name="page">The console page (<see cref="Rings.XenconsInterface"/>), readable and writable as long as the console uses it.</param>
    /// <param name="port">This end of the event channel. Nobody else waits on it while the console uses it.</param>
    public ConsoleRing(byte* page, EventPort port)
    {
        ArgumentNullException.ThrowIfNull(page);
        Page = page;
        Port = port;
    }

    /// <summary>The page.</summary>
    public byte* Page { get; }

    /// <summary>This end of the event channel.</summary>
    public EventPort Port { get; }
}
