using Xen.Events;
using Xen.Platform;

namespace Xen.Linux;

/// <summary>
/// Event channels over <c>/dev/xen/evtchn</c>. The kernel masks a port when it hands over its event and unmasks it when the port is
/// written back, so <see cref="Complete"/> is the late EOI of XSA-331. When the kernel's buffer overflows it is reset and every
/// port counts as fired.
/// </summary>
/// <remarks>Owns the device. All members are used on the guest's scheduler, <see cref="Dispose"/> too.</remarks>
public sealed unsafe class LinuxEventChannels : IEventChannels, IDisposable
{
    /// <summary>The device's path.</summary>
    public const string DevicePath = "/dev/xen/evtchn";

    private const uint OnlyEpoch = 1;
    private const int MaximumPorts = 1 << 17;

    private readonly IKernelDevice _device;
    private readonly IGuestScheduler _scheduler;
    private readonly LinuxPoller _poller;
    private readonly EventQueue _queue;
    private LinuxEventPort?[] _ports = new LinuxEventPort?[256];
    private uint _serial;
    private XenException? _failure;
    private bool _isDisposed;

    /// <summary>Opens the device.</summary>
    /// <param name="scheduler">The guest's scheduler.</param>
    /// <param name="poller">The poll thread.</param>
    /// <exception cref="XenException">The device is missing or refused; the message says what to do.</exception>
    public LinuxEventChannels(IGuestScheduler scheduler, LinuxPoller poller)
        : this(KernelDevice.Open(DevicePath, "load its module: modprobe xen-evtchn"), scheduler, poller)
    {
    }

    internal LinuxEventChannels(IKernelDevice device, IGuestScheduler scheduler, LinuxPoller poller)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentNullException.ThrowIfNull(poller);
        _device = device;
        _scheduler = scheduler;
        _poller = poller;
        _queue = new EventQueue(device, scheduler, poller, Deliver);
        _queue.Start();
    }

    /// <inheritdoc />
    /// <remarks>A process has one: Linux keeps the ports of a running process, and a device that was reset or moved is connected anew.</remarks>
    public uint Epoch => OnlyEpoch;

    /// <summary>How often the kernel's buffer overflowed, each time firing every port.</summary>
    public long OverflowCount { get; private set; }

    /// <inheritdoc />
    public EventPort AllocateUnbound(DomainId remote)
    {
        var argument = new EvtchnAbi.BindUnboundPortArgument { RemoteDomain = remote.Value };
        int result = _device.Ioctl(EvtchnAbi.BindUnboundPort, &argument);
        return Add(result, $"IOCTL_EVTCHN_BIND_UNBOUND_PORT({remote})");
    }

    /// <inheritdoc />
    public EventPort BindInterdomain(DomainId remote, uint remotePort)
    {
        var argument = new EvtchnAbi.BindInterdomainArgument { RemoteDomain = remote.Value, RemotePort = remotePort };
        int result = _device.Ioctl(EvtchnAbi.BindInterdomain, &argument);
        return Add(result, $"IOCTL_EVTCHN_BIND_INTERDOMAIN({remote}, port {remotePort})");
    }

    /// <inheritdoc />
    public EventStatus Notify(EventPort port)
    {
        if (port.Epoch != OnlyEpoch)
        {
            return EventStatus.Stale;
        }

        if (Find(port) is null)
        {
            return EventStatus.Closed;
        }

        var argument = new EvtchnAbi.PortArgument { Port = port.Value };
        int result = _device.Ioctl(EvtchnAbi.Notify, &argument);
        return result switch
        {
            >= 0 => EventStatus.Ok,
            -(int)XenErrno.ENOTCONN => EventStatus.Closed,
            _ => EventStatus.Refused,
        };
    }

    /// <inheritdoc />
    /// <exception cref="XenException">The device failed; no event can arrive any more.</exception>
    public ValueTask<uint> WaitAsync(EventPort port, uint lastSeen, CancellationToken cancellationToken = default)
    {
        LinuxEventPort bound = Find(port) ?? throw Closed(port);
        if (_failure is not null)
        {
            throw _failure;
        }

        return bound.WaitAsync(lastSeen, cancellationToken);
    }

    /// <inheritdoc />
    public void Complete(EventPort port, bool spurious) => Find(port)?.Complete(spurious);

    /// <inheritdoc />
    public void Close(EventPort port)
    {
        if (Find(port) is not { } bound)
        {
            return;
        }

        _ports[port.Value] = null;
        bound.Dispose();
        var argument = new EvtchnAbi.PortArgument { Port = port.Value };
        int result = _device.Ioctl(EvtchnAbi.Unbind, &argument);

        // ENOTCONN: the kernel has dropped the port already, after a resume.
        if (result < 0 && result != -(int)XenErrno.ENOTCONN)
        {
            throw LinuxErrors.Failed($"IOCTL_EVTCHN_UNBIND({port})", -result);
        }
    }

    /// <summary>Closes every port and the device. Idempotent.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        ForEachPort(static (port, channels) => channels.Close(port.Port));
        _poller.Unregister(_queue);
        _device.Dispose();
    }

    internal static ObjectDisposedException Closed(EventPort port) =>
        new(nameof(EventPort), $"{DevicePath}: {port} is closed.");

    internal void WriteBack(uint port)
    {
        nint result = _device.Write(&port, sizeof(uint));
        if (result != sizeof(uint))
        {
            throw LinuxErrors.Failed($"write port {port} to {_device.Path}", (int)-result, "expected the kernel to unmask the port");
        }
    }

    private EventPort Add(int result, string operation)
    {
        if (result < 0)
        {
            throw LinuxErrors.Failed(operation, -result, HintForBind(-result));
        }

        if (result is 0 or >= MaximumPorts)
        {
            throw new XenException(XenErrno.ERANGE, operation, $"the kernel gave port {result}; expected 1 to {MaximumPorts - 1}");
        }

        if (result >= _ports.Length)
        {
            Array.Resize(ref _ports, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)result + 1));
        }

        var port = new EventPort((uint)result, OnlyEpoch, ++_serial);
        _ports[result] = new LinuxEventPort(this, _scheduler, port);
        return port;
    }

    private static string HintForBind(int errorNumber) => (XenErrno)errorNumber switch
    {
        XenErrno.EINVAL => "expected a port that the remote domain allocated for this one and that nobody has bound",
        XenErrno.ESRCH => "expected a running domain",
        XenErrno.ENOSPC => "every event channel of this domain is in use",
        _ => "expected Xen to bind the port",
    };

    // The whole handle: Xen gives a number that was closed to the next port, and drivers close theirs twice.
    private LinuxEventPort? Find(EventPort port) => At(port.Value) is { } bound && bound.Port == port ? bound : null;

    private LinuxEventPort? At(uint number) => number < (uint)_ports.Length ? _ports[number] : null;

    private void Deliver()
    {
        if (_isDisposed)
        {
            return;
        }

        _failure = _queue.Take(out List<uint> ports, out bool hasOverflowed);
        foreach (uint port in ports)
        {
            // A port that was closed meanwhile can still be in the kernel's buffer.
            At(port)?.Fire();
        }

        if (hasOverflowed)
        {
            OverflowCount++;
            ForEachPort(static (port, _) => port.Fire());
        }

        if (_failure is not null)
        {
            ForEachPort(static (port, channels) => port.Fail(channels._failure!));
        }
    }

    private void ForEachPort(Action<LinuxEventPort, LinuxEventChannels> action)
    {
        foreach (LinuxEventPort? port in _ports)
        {
            if (port is not null)
            {
                action(port, this);
            }
        }
    }
}
