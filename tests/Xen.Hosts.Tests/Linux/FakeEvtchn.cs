using Xen.Linux;
using Xen.Platform;

namespace Xen.Hosts.Tests.Linux;

/// <summary>
/// <c>/dev/xen/evtchn</c> as the kernel does it: a port is masked when its event is buffered, until it is written back, and a bind gets the lowest
/// number that is free.
/// </summary>
internal sealed unsafe class FakeEvtchn : FakeDevice
{
    private const uint FirstPort = 40;

    private readonly Lock _gate = new();
    private readonly Queue<uint> _ring = new();
    private readonly SortedDictionary<uint, Port> _ports = [];

    public override string Path => "fake evtchn";

    internal List<uint> WrittenBack { get; } = [];

    internal int ResetCount { get; private set; }

    internal bool HasOverflowed { get; set; }

    internal int ReadError { get; set; }

    internal int BoundCount => _ports.Count;

    /// <summary>The remote end sends an event.</summary>
    internal void Raise(uint port)
    {
        lock (_gate)
        {
            Port state = _ports[port];
            if (!state.IsEnabled)
            {
                state.IsPending = true;
                return;
            }

            state.IsEnabled = false;
            _ring.Enqueue(port);
        }

        SetReady();
    }

    /// <summary>Something that the kernel would report by itself: an overflow, an error, a port that was closed.</summary>
    internal void Report(params ReadOnlySpan<uint> ports)
    {
        lock (_gate)
        {
            foreach (uint port in ports)
            {
                _ring.Enqueue(port);
            }
        }

        SetReady();
    }

    public override int Ioctl(uint request, void* argument)
    {
        lock (_gate)
        {
            switch (request)
            {
                case EvtchnAbi.BindUnboundPort:
                    return Bind(((EvtchnAbi.BindUnboundPortArgument*)argument)->RemoteDomain);
                case EvtchnAbi.BindInterdomain:
                    var bind = (EvtchnAbi.BindInterdomainArgument*)argument;
                    return bind->RemotePort == 999 ? -(int)XenErrno.EINVAL : Bind(bind->RemoteDomain);
                case EvtchnAbi.Unbind:
                    return _ports.Remove(((EvtchnAbi.PortArgument*)argument)->Port) ? 0 : -(int)XenErrno.ENOTCONN;
                case EvtchnAbi.Notify:
                    return _ports.ContainsKey(((EvtchnAbi.PortArgument*)argument)->Port) ? 0 : -(int)XenErrno.ENOTCONN;
                case EvtchnAbi.Reset:
                    ResetCount++;
                    HasOverflowed = false;
                    _ring.Clear();
                    return 0;
                default:
                    return -(int)XenErrno.ENOTTY;
            }
        }
    }

    public override nint Read(void* buffer, int length)
    {
        lock (_gate)
        {
            ClearReady();
            if (ReadError != 0)
            {
                return -ReadError;
            }

            if (HasOverflowed)
            {
                return -(int)XenErrno.EFBIG;
            }

            int count = 0;
            while (count < length / sizeof(uint) && _ring.TryDequeue(out uint port))
            {
                ((uint*)buffer)[count++] = port;
            }

            return count == 0 ? -(int)XenErrno.EAGAIN : count * sizeof(uint);
        }
    }

    public override nint Write(void* buffer, int length)
    {
        uint port = *(uint*)buffer;
        lock (_gate)
        {
            WrittenBack.Add(port);
            if (!_ports.TryGetValue(port, out Port? state))
            {
                return length;
            }

            state.IsEnabled = true;
            if (!state.IsPending)
            {
                return length;
            }

            state.IsPending = false;
            state.IsEnabled = false;
            _ring.Enqueue(port);
        }

        SetReady();
        return length;
    }

    private int Bind(uint domain)
    {
        if (domain == 99)
        {
            return -(int)XenErrno.ESRCH;
        }

        uint lowest = FirstPort;
        while (_ports.ContainsKey(lowest))
        {
            lowest++;
        }

        _ports.Add(lowest, new Port());
        return (int)lowest;
    }

    private sealed class Port
    {
        internal bool IsEnabled { get; set; } = true;

        internal bool IsPending { get; set; }
    }
}
