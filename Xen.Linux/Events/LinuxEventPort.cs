using Xen.Events;
using Xen.Platform;

namespace Xen.Linux;

/// <summary>What this host knows about one bound port. On the guest's scheduler only.</summary>
internal sealed class LinuxEventPort : IDisposable
{
    private static readonly TimerCallback OnDelayOver = static state => ((LinuxEventPort)state!).EndDelay();

    private readonly LinuxEventChannels _channels;
    private readonly IGuestScheduler _scheduler;
    private readonly WaitSource<uint> _waiter;
    private ITimer? _delay;
    private uint _counter;
    private int _spuriousCount;
    private bool _isMasked;
    private bool _isDelayed;

    internal LinuxEventPort(LinuxEventChannels channels, IGuestScheduler scheduler, EventPort port)
    {
        _channels = channels;
        Port = port;
        _scheduler = scheduler;
        _waiter = new WaitSource<uint>(scheduler, this);
    }

    /// <summary>The port.</summary>
    internal EventPort Port { get; }

    /// <summary>True once it was closed: a timer that was queued before finds nothing to do.</summary>
    internal bool IsClosed { get; private set; }

    /// <summary>An event came; the kernel has masked the port until it is written back.</summary>
    internal void Fire()
    {
        _isMasked = true;
        _counter++;
        _waiter.TrySetResult(_counter);
    }

    /// <summary>No event can come any more.</summary>
    internal void Fail(XenException failure) => _waiter.TrySetException(failure);

    /// <summary>Waits for an event that the caller has not seen.</summary>
    internal ValueTask<uint> WaitAsync(uint lastSeen, CancellationToken cancellationToken) =>
        _counter != lastSeen && !cancellationToken.IsCancellationRequested
            ? new ValueTask<uint>(_counter)
            : _waiter.WaitAsync(cancellationToken);

    /// <summary>The work of the last event is done: writes the port back, at once or, for spurious ones, later (R9, XSA-331).</summary>
    internal void Complete(bool spurious)
    {
        if (!_isMasked || _isDelayed)
        {
            return;
        }

        _spuriousCount = spurious ? Math.Min(_spuriousCount + 1, EventBackOff.MaxCount) : 0;
        TimeSpan delay = EventBackOff.DelayAfter(_spuriousCount);
        if (delay == TimeSpan.Zero)
        {
            Unmask();
            return;
        }

        _isDelayed = true;
        _delay ??= _scheduler.TimeProvider.CreateTimer(OnDelayOver, this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _delay.Change(delay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the waiter's wait and the delay.</summary>
    public void Dispose()
    {
        IsClosed = true;
        _delay?.Dispose();
        _waiter.TrySetException(LinuxEventChannels.Closed(Port));
    }

    /// <summary>For deadlock reports: what a waiter waits for.</summary>
    public override string ToString() => $"an event on {Port} of {LinuxEventChannels.DevicePath}";

    private void EndDelay()
    {
        if (!IsClosed && _isDelayed)
        {
            Unmask();
        }
    }

    private void Unmask()
    {
        _isDelayed = false;
        _isMasked = false;
        _channels.WriteBack(Port.Value);
    }
}
