using Xen.Platform;

namespace Xen.Linux;

/// <summary>Two waits on one descriptor: until it can be read, and until it can be written. Used on the guest's scheduler.</summary>
internal sealed class StorePollEntry : PollEntry
{
    private static readonly Action<object?> WakeReader = static state => ((StorePollEntry)state!)._readable.TrySetResult(true);
    private static readonly Action<object?> WakeWriter = static state => ((StorePollEntry)state!)._writable.TrySetResult(true);

    private readonly IGuestScheduler _scheduler;
    private readonly LinuxPoller _poller;
    private readonly WaitSource<bool> _readable;
    private readonly WaitSource<bool> _writable;

    internal StorePollEntry(DescriptorHandle descriptor, IGuestScheduler scheduler, LinuxPoller poller)
        : base(descriptor)
    {
        _scheduler = scheduler;
        _poller = poller;
        _readable = new WaitSource<bool>(scheduler);
        _writable = new WaitSource<bool>(scheduler);
        poller.Register(this);
    }

    /// <summary>Waits until a read may succeed.</summary>
    internal ValueTask WaitUntilReadableAsync(CancellationToken cancellationToken)
    {
        ValueTask wait = _readable.WaitWithoutResultAsync(cancellationToken);
        _poller.Arm(this, Libc.PollIn);
        return wait;
    }

    /// <summary>Waits until a write may succeed.</summary>
    internal ValueTask WaitUntilWritableAsync(CancellationToken cancellationToken)
    {
        ValueTask wait = _writable.WaitWithoutResultAsync(cancellationToken);
        _poller.Arm(this, Libc.PollOut);
        return wait;
    }

    /// <summary>Ends a wait of <see cref="WaitUntilReadableAsync"/>. On the scheduler.</summary>
    internal void WakeReaderNow() => _readable.TrySetResult(true);

    /// <summary>Ends the watch and both waits.</summary>
    internal void Close(Exception reason)
    {
        _poller.Unregister(this);
        _readable.TrySetException(reason);
        _writable.TrySetException(reason);
    }

    internal override void OnReady(short events)
    {
        // An error or a hang-up wakes both: the read or write that follows says what it is.
        if ((events & ~Libc.PollOut) != 0)
        {
            _scheduler.Schedule(WakeReader, this);
        }

        if ((events & ~Libc.PollIn) != 0)
        {
            _scheduler.Schedule(WakeWriter, this);
        }
    }
}
