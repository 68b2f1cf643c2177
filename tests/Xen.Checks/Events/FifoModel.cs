using Xen.Platform.Abi;

namespace Xen.Checks.Events;

/// <summary>FIFO event channels as lists: what Xen and a guest do together, without the words between them.</summary>
internal sealed class FifoModel
{
    private readonly Dictionary<uint, Port> _ports = [];
    private readonly List<uint>[] _queues = [.. Enumerable.Range(0, FifoControlBlock.Queues).Select(_ => new List<uint>())];

    public void Open(uint port) => _ports.Add(port, new Port());

    public void Mask(uint port) => _ports[port].IsMasked = true;

    public void SetPriority(uint port, int priority) => _ports[port].Priority = priority;

    public void Send(uint port)
    {
        _ports[port].IsPending = true;
        Queue(port);
    }

    public void Unmask(uint port)
    {
        _ports[port].IsMasked = false;
        Queue(port);
    }

    public uint[] Scan()
    {
        var taken = new List<uint>();
        foreach (List<uint> queue in _queues)
        {
            taken.AddRange(queue.Where(port => Take(_ports[port])));
            queue.Clear();
        }

        return [.. taken];
    }

    private static bool Take(Port port)
    {
        port.IsQueued = false;
        if (port.IsMasked || !port.IsPending)
        {
            return false;
        }

        port.IsPending = false;
        port.IsMasked = true;
        return true;
    }

    private void Queue(uint number)
    {
        Port port = _ports[number];
        if (port is { IsPending: true, IsMasked: false, IsQueued: false })
        {
            port.IsQueued = true;
            _queues[port.Priority].Add(number);
        }
    }

    private sealed class Port
    {
        public bool IsPending { get; set; }

        public bool IsMasked { get; set; }

        public bool IsQueued { get; set; }

        public int Priority { get; set; } = FifoControlBlock.DefaultPriority;
    }
}
