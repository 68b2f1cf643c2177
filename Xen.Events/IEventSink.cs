namespace Xen.Events;

/// <summary>Takes the events that a scan finds.</summary>
internal interface IEventSink
{
    /// <summary>The port had an event. It is masked now, and no longer pending.</summary>
    void OnEvent(uint port);
}
