using System.Runtime.InteropServices;
using Xen.Platform;
using Xen.Store;

namespace Xen.Linux;

/// <summary>A stream of xenstore messages over a non-blocking descriptor. Its waits are the poll thread's, everything else runs on the guest's scheduler.</summary>
public abstract class DescriptorStoreTransport : IStoreTransport
{
    private readonly DescriptorHandle _descriptor;
    private readonly StorePollEntry _poll;
    private XenException? _failure;
    private bool _isDisposed;

    private protected DescriptorStoreTransport(string name, DescriptorHandle descriptor, IGuestScheduler scheduler, LinuxPoller poller)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentNullException.ThrowIfNull(poller);
        Name = name;
        _descriptor = descriptor;
        _poll = new StorePollEntry(descriptor, scheduler, poller);
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public abstract bool CanResetWatches { get; }

    /// <inheritdoc />
    /// <exception cref="XenException">The descriptor failed, now or before.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        ThrowIfUnusable();
        cancellationToken.ThrowIfCancellationRequested();
        await WaitForTurnAsync(cancellationToken);
        ThrowIfUnusable();
        int sent = 0;
        while (sent < message.Length)
        {
            nint result = Write(message.Span[sent..]);
            if (result >= 0)
            {
                sent += (int)result;
            }
            else if (result == -LinuxErrors.WouldBlock)
            {
                // A message that has begun must be finished: the stream has no other way to say where the next one starts.
                await _poll.WaitUntilWritableAsync(sent == 0 ? cancellationToken : CancellationToken.None);
                ThrowIfUnusable();
            }
            else if (sent == 0 && TryHandleRefusal(message.Span, (XenErrno)(-result)))
            {
                return;
            }
            else
            {
                throw Fail($"write {message.Length} bytes to {Name}", result);
            }
        }
    }

    /// <inheritdoc />
    /// <exception cref="XenException">The descriptor failed, now or before.</exception>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(buffer.Length);
        while (true)
        {
            ThrowIfUnusable();
            cancellationToken.ThrowIfCancellationRequested();
            if (TakeOwnReply(buffer.Span) is int taken and > 0)
            {
                return taken;
            }

            nint result = Read(buffer.Span);
            if (result >= 0)
            {
                HandleReceived(buffer.Span[..(int)result]);
                return (int)result;
            }

            if (result != -LinuxErrors.WouldBlock)
            {
                throw Fail($"read from {Name}", result);
            }

            await _poll.WaitUntilReadableAsync(cancellationToken);
        }
    }

    /// <summary>Closes the connection; who still waits gets <see cref="ObjectDisposedException"/>. Idempotent.</summary>
    public ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            var reason = new ObjectDisposedException(Name);
            HandleClosed(reason);
            _poll.Close(reason);
            _descriptor.Dispose();
            GC.SuppressFinalize(this);
        }

        return ValueTask.CompletedTask;
    }

    private protected DescriptorHandle Descriptor => _descriptor;

    /// <summary>Waits until a message may be written.</summary>
    private protected virtual ValueTask WaitForTurnAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Sees what was received, before the caller does.</summary>
    private protected virtual void HandleReceived(ReadOnlySpan<byte> bytes)
    {
    }

    /// <summary>The whole message was refused. True when only its sender is to know, through a reply of <see cref="TakeOwnReply"/>.</summary>
    private protected virtual bool TryHandleRefusal(ReadOnlySpan<byte> message, XenErrno error) => false;

    /// <summary>Takes bytes of a reply that the derived class made itself. Returns how many; 0 when there is none now.</summary>
    private protected virtual int TakeOwnReply(Span<byte> buffer) => 0;

    /// <summary>Lets a receive that waits look for a reply of <see cref="TakeOwnReply"/>.</summary>
    private protected void WakeReceiver() => _poll.WakeReaderNow();

    /// <summary>The connection is over: ends waits of the derived class.</summary>
    private protected virtual void HandleClosed(Exception reason)
    {
    }

    /// <summary>Writes without waiting. Returns how many bytes, or a negative error number.</summary>
    private protected abstract nint Write(ReadOnlySpan<byte> bytes);

    /// <summary>What to do about an error, beside what Linux says.</summary>
    private protected abstract string Hint(XenErrno error);

    private unsafe nint Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint result;
            do
            {
                result = Libc.Read(_descriptor, start, (nuint)buffer.Length);
                result = result < 0 ? -Marshal.GetLastPInvokeError() : result;
            }
            while (result == -LinuxErrors.Interrupted);

            return result;
        }
    }

    private XenException Fail(string operation, nint result)
    {
        int errorNumber = (int)-result;
        _failure = LinuxErrors.Failed(operation, errorNumber, Hint((XenErrno)errorNumber));
        return _failure;
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, Name);
        if (_failure is not null)
        {
            throw _failure;
        }
    }
}
