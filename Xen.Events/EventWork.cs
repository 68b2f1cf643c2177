namespace Xen.Events;

/// <summary>
/// Tells a driver which events brought work (R9), also where the work is done before the event arrives: by a caller that looks at a ring
/// itself, or by a turn that goes on where the last one ended. Such an event is no sign of a storm.
/// </summary>
public sealed class EventWork
{
    // One event whose handler is about to run, and one that waits behind its mask: more cannot be on their way.
    private const int MaxEvents = 2;

    private int _passes;

    /// <summary>Says that a look at the ring found something.</summary>
    public void Note() => _passes = Math.Min(_passes + 1, MaxEvents);

    /// <summary>To be asked once for each event, when it is handled.</summary>
    /// <returns>True when something was found for it: it was not spurious.</returns>
    public bool TakeForEvent()
    {
        bool hasWork = _passes > 0;
        _passes -= hasWork ? 1 : 0;
        return hasWork;
    }
}
