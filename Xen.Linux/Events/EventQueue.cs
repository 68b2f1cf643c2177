using Xen.Platform;

namespace Xen.Linux;

/// <summary>
/// Brings what the poll thread reads from <c>/dev/xen/evtchn</c> to the guest's scheduler. Bounded by the kernel's own buffer: a port is
/// masked from the moment it is read until it is written back, so it is here at most once for each time it is bound.
/// </summary>
internal sealed unsafe class EventQueue : PollEntry
{
    private const int PortsPerRead = 512;

    private readonly Lock _gate = new();
    private readonly IKernelDevice _device;
    private readonly IGuestScheduler _scheduler;
    private readonly LinuxPoller _poller;
    private readonly Action<object?> _deliver;
    private readonly uint[] _read = new uint[PortsPerRead];
    private List<uint> _arrived = new(PortsPerRead);
    private List<uint> _taken = new(PortsPerRead);
    private bool _hasOverflowed;
    private XenException? _failure;
    private bool _isScheduled;

    /// <summary>Makes the queue; it starts with <see cref="Start"/>.</summary>
    /// <param name="device">The device.</param>
    /// <param name="scheduler">Where <paramref name="deliver"/> runs.</param>
    /// <param name="poller">The poll thread.</param>
    /// <param name="deliver">Runs on the scheduler when there is something to take.</param>
    internal EventQueue(IKernelDevice device, IGuestScheduler scheduler, LinuxPoller poller, Action deliver)
        : base(device.Descriptor)
    {
        _device = device;
        _scheduler = scheduler;
        _poller = poller;
        _deliver = _ => deliver();
    }

    /// <summary>Begins to watch the device.</summary>
    internal void Start()
    {
        _poller.Register(this);
        _poller.Arm(this, Libc.PollIn);
    }

    /// <summary>Takes everything that arrived. On the scheduler.</summary>
    /// <param name="ports">The ports, valid until the next call.</param>
    /// <param name="hasOverflowed">True when events were lost: every port may have fired.</param>
    /// <returns>Why no event comes any more, or <see langword="null"/> while the device works.</returns>
    internal XenException? Take(out List<uint> ports, out bool hasOverflowed)
    {
        _taken.Clear();
        lock (_gate)
        {
            _isScheduled = false;
            (_arrived, _taken) = (_taken, _arrived);
            hasOverflowed = _hasOverflowed;
            _hasOverflowed = false;
            ports = _taken;
            return _failure;
        }
    }

    internal override void OnReady(short events)
    {
        nint result;
        fixed (uint* read = _read)
        {
            result = _device.Read(read, PortsPerRead * sizeof(uint));
        }

        // Before the events are handed over, so that one that comes now is not missed.
        if (result == -(nint)(int)XenErrno.EFBIG)
        {
            result = _device.Ioctl(EvtchnAbi.Reset, null);
            Post(0, hasOverflowed: true, Failure(result, "IOCTL_EVTCHN_RESET"));
        }
        else if (result != -LinuxErrors.WouldBlock)
        {
            Post((int)Math.Max(result, 0) / sizeof(uint), hasOverflowed: false, Failure(result, "read"));
        }

        if (result >= 0 || result == -LinuxErrors.WouldBlock)
        {
            _poller.Arm(this, Libc.PollIn);
        }
    }

    private XenException? Failure(nint result, string operation) =>
        result < 0 ? LinuxErrors.Failed($"{operation} {_device.Path}", (int)-result, "no event can arrive any more") : null;

    private void Post(int count, bool hasOverflowed, XenException? failure)
    {
        lock (_gate)
        {
            _arrived.AddRange(_read.AsSpan(0, count));
            _hasOverflowed |= hasOverflowed;
            _failure ??= failure;
            if (_isScheduled)
            {
                return;
            }

            _isScheduled = true;
        }

        _scheduler.Schedule(_deliver, null);
    }
}
