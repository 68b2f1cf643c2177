using Xen.Events;

namespace Xen.Checks.Events;

/// <summary>Takes down which ports a scan finds, in order.</summary>
internal sealed class TakenPorts : IEventSink
{
    private readonly List<uint> _ports = [];

    public void OnEvent(uint port) => _ports.Add(port);

    public uint[] Drain()
    {
        uint[] ports = [.. _ports];
        _ports.Clear();
        return ports;
    }
}
