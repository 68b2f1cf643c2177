using Xen.Events;

namespace Xen.Checks.Events;

/// <summary>Takes down which ports a scan finds, in order.</summary>
internal sealed class TakenPorts : IEventSink
{
    private readonly List<uint> _ports = [];

    /// <summary>What to do with each event, told how many there were.</summary>
    public Action<int>? Each { get; init; }

    public void OnEvent(uint port)
    {
        _ports.Add(port);
        Each?.Invoke(_ports.Count);
    }

    public uint[] Drain()
    {
        uint[] ports = [.. _ports];
        _ports.Clear();
        return ports;
    }
}
