using System.Runtime.InteropServices;

namespace Xen.Devices;

/// <summary>A network as bad as asked for: frames vanish, come twice, or arrive with a wrong bit. The same choices give the same faults.</summary>
public sealed class FaultInjectingNetworkDevice : NetworkDeviceDecorator, IReceivedFrameOwner
{
    private const int PerMille = 1000;
    private const int PageBytes = 65536;

    private readonly NetworkFaults _faults;
    private readonly Func<int, int> _choose;

    /// <summary>Makes a device unreliable.</summary>
    /// <param name="inner">The device; it is disposed with the decorator.</param>
    /// <param name="faults">How often things go wrong.</param>
    /// <param name="choose">Chooses one of so many numbers: <c>new SeededChoice(seed).Next</c>.</param>
    public FaultInjectingNetworkDevice(INetworkDevice inner, NetworkFaults faults, Func<int, int> choose)
        : base(inner)
    {
        ArgumentNullException.ThrowIfNull(faults);
        ArgumentNullException.ThrowIfNull(choose);
        _faults = faults;
        _choose = choose;
    }

    /// <summary>Faults so far.</summary>
    public long Injected { get; private set; }

    unsafe void IReceivedFrameOwner.Recycle(ReceivedFrameBuffer buffer)
    {
        NativeMemory.Free(buffer.FirstPage!.Address);
        buffer.Clear();
    }

    /// <inheritdoc />
    protected override DeviceResult OnSend(TransmitFrame frame)
    {
        if (Strikes(_faults.DropSendPerMille))
        {
            frame.Dispose();
            return DeviceResult.Success;
        }

        if (Strikes(_faults.FailSendPerMille))
        {
            frame.Dispose();
            return new DeviceResult(DeviceStatus.Io, 0);
        }

        return frame.Send();
    }

    /// <inheritdoc />
    protected override async ValueTask OnReceiveAsync(ReceivedFrame frame, FrameHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (Strikes(_faults.DropReceivePerMille))
        {
            return;
        }

        if (Strikes(_faults.DuplicateReceivePerMille))
        {
            await LendCopyAsync(frame, handler, corrupt: -1);
        }

        if (Strikes(_faults.CorruptReceivePerMille))
        {
            await LendCopyAsync(frame, handler, _choose(frame.Length * 8));
            return;
        }

        await handler(frame);
    }

    private bool Strikes(int perMille)
    {
        bool strikes = perMille > 0 && _choose(PerMille) < perMille;
        Injected += strikes ? 1 : 0;
        return strikes;
    }

    private async ValueTask LendCopyAsync(ReceivedFrame frame, FrameHandler handler, int corrupt)
    {
        ReceivedFrameBuffer copy = Copy(frame, corrupt);
        ReceivedFrame lent = copy.Lend();
        try
        {
            await handler(lent);
        }
        finally
        {
            copy.EndLoan(lent);
        }
    }

    private unsafe ReceivedFrameBuffer Copy(ReceivedFrame frame, int corrupt)
    {
        var address = (byte*)NativeMemory.Alloc(PageBytes);
        var bytes = new Span<byte>(address, frame.Length);
        frame.CopyTo(bytes);
        if (corrupt >= 0)
        {
            bytes[corrupt / 8] ^= (byte)(1 << (corrupt % 8));
        }

        var copy = new ReceivedFrameBuffer(this) { Offload = frame.Offload };
        copy.Append(new ReceivePage(0, address, PageBytes), 0, frame.Length);
        return copy;
    }
}
