using System.Runtime.InteropServices;
using System.Text;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Linux;

/// <summary>
/// xenstore through <c>/dev/xen/xenbus</c>: the way of a guest and of dom0. The kernel shares one connection among itself and all
/// programs and renumbers requests; closing the device drops the program's watches and transactions.
/// </summary>
/// <remarks>
/// One request at a time is under way here. Since 4.11 the kernel queues a request with its payload still in the one buffer of the open
/// device, where the next write replaces it: of 200 requests written at once to a 6.1 kernel, some were carried out with
/// another's payload. A reply says that the buffer is free. What the kernel refuses by itself, such as a watch beyond the quota, it refuses as
/// an error of <c>write</c>; the sender gets it as the reply that xenstored would have sent.
/// </remarks>
public sealed class XenbusStoreTransport : DescriptorStoreTransport
{
    /// <summary>The device's path.</summary>
    public const string DevicePath = "/dev/xen/xenbus";

    private readonly WaitSource<bool> _turn;
    private StoreReplyCounter _replies;
    private bool _isAwaitingReply;
    private ReadOnlyMemory<byte> _ownReply;

    /// <summary>Opens the device.</summary>
    /// <param name="scheduler">The guest's scheduler.</param>
    /// <param name="poller">The poll thread.</param>
    /// <exception cref="XenException">The device is missing or refused; the message says what to do.</exception>
    public XenbusStoreTransport(IGuestScheduler scheduler, LinuxPoller poller)
        : this(KernelDevice.Open(DevicePath, "in the domain of xenstored, start the daemon first").Descriptor, scheduler, poller)
    {
    }

    internal XenbusStoreTransport(DescriptorHandle descriptor, IGuestScheduler scheduler, LinuxPoller poller)
        : base(DevicePath, descriptor, scheduler, poller)
    {
        _turn = new WaitSource<bool>(scheduler);
    }

    /// <inheritdoc />
    /// <remarks>The kernel would pass the request on and lose its own watches (xen-protocols 1.14).</remarks>
    public override bool CanResetWatches => false;

    private protected override ValueTask WaitForTurnAsync(CancellationToken cancellationToken) =>
        _isAwaitingReply ? _turn.WaitWithoutResultAsync(cancellationToken) : ValueTask.CompletedTask;

    private protected override void HandleReceived(ReadOnlySpan<byte> bytes)
    {
        if (_replies.Count(bytes) > 0)
        {
            EndTurn();
        }
    }

    private protected override bool TryHandleRefusal(ReadOnlySpan<byte> message, XenErrno error)
    {
        _ownReply = ErrorReply(message, error);
        WakeReceiver();
        return true;
    }

    // Never inside a message of the kernel's, of which a part may have been received.
    private protected override int TakeOwnReply(Span<byte> buffer)
    {
        if (_ownReply.IsEmpty || !_replies.IsBetweenMessages)
        {
            return 0;
        }

        int count = Math.Min(buffer.Length, _ownReply.Length);
        _ownReply.Span[..count].CopyTo(buffer);
        _ownReply = _ownReply[count..];
        if (_ownReply.IsEmpty)
        {
            EndTurn();
        }

        return count;
    }

    private void EndTurn()
    {
        _isAwaitingReply = false;
        _turn.TrySetResult(true);
    }

    private static byte[] ErrorReply(ReadOnlySpan<byte> message, XenErrno error)
    {
        string name = Enum.IsDefined(error) ? error.ToString() : nameof(XenErrno.EINVAL);
        byte[] reply = new byte[XsdSockmsg.Size + name.Length + 1];
        XsdSockmsg request = XsdSockmsg.ReadFrom(message);
        var header = new XsdSockmsg
        {
            Type = (uint)XsdSockmsgType.Error,
            ReqId = request.ReqId,
            TxId = request.TxId,
            Len = (uint)(name.Length + 1),
        };
        header.WriteTo(reply);
        Encoding.ASCII.GetBytes(name, reply.AsSpan(XsdSockmsg.Size));
        return reply;
    }

    private protected override void HandleClosed(Exception reason) => _turn.TrySetException(reason);

    // The kernel takes a whole message or nothing and has room at once: one write is one message.
    private protected override unsafe nint Write(ReadOnlySpan<byte> bytes)
    {
        _isAwaitingReply = true;
        fixed (byte* start = bytes)
        {
            nint result;
            do
            {
                result = Libc.Write(Descriptor, start, (nuint)bytes.Length);
                result = result < 0 ? -Marshal.GetLastPInvokeError() : result;
            }
            while (result == -LinuxErrors.Interrupted);

            return result;
        }
    }

    private protected override string Hint(XenErrno error) => "expected the kernel's xenbus to pass messages on";
}
