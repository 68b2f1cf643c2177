namespace Xen.Devices;

/// <summary>
/// A network device around another one, for those who write decorators: everything goes through unless a member is overridden. Frames are
/// the decorator's own handles, so that sending one comes by here.
/// </summary>
public abstract class NetworkDeviceDecorator : INetworkDevice, ITransmitFrameOwner
{
    private readonly Stack<int> _freeSlots = new();
    private Slot[] _slots = [];

    /// <summary>Wraps a device.</summary>
    /// <param name="inner">The device; it is disposed with the decorator.</param>
    protected NetworkDeviceDecorator(INetworkDevice inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        Inner = inner;
    }

    /// <inheritdoc />
    public string Name => Inner.Name;

    /// <inheritdoc />
    public MacAddress MacAddress => Inner.MacAddress;

    /// <inheritdoc />
    public int Mtu => Inner.Mtu;

    /// <inheritdoc />
    public int MaxFrameSize => Inner.MaxFrameSize;

    /// <inheritdoc />
    public NetworkOffloads Offloads => Inner.Offloads;

    /// <summary>The device that is wrapped.</summary>
    protected INetworkDevice Inner { get; }

    /// <inheritdoc />
    public int QueueCount => Inner.QueueCount;

    /// <inheritdoc />
    public bool TryReserve(int length, out TransmitFrame frame) => TryReserve(length, 0, out frame);

    /// <inheritdoc />
    public bool TryReserve(int length, uint flow, out TransmitFrame frame)
    {
        if (!Inner.TryReserve(length, flow, out TransmitFrame inner))
        {
            frame = default;
            return false;
        }

        frame = Adopt(inner);
        return true;
    }

    /// <inheritdoc />
    public ValueTask<TransmitFrame> ReserveAsync(int length, CancellationToken cancellationToken = default) => ReserveAsync(length, 0, cancellationToken);

    /// <inheritdoc />
    public ValueTask<TransmitFrame> ReserveAsync(int length, uint flow, CancellationToken cancellationToken) =>
        TryReserve(length, flow, out TransmitFrame frame)
            ? new ValueTask<TransmitFrame>(frame)
            : WaitAndAdoptAsync(length, flow, cancellationToken);

    /// <inheritdoc />
    public Task<DeviceResult> ListenAsync(FrameHandler handler, ListenOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Inner.ListenAsync(frame => OnReceiveAsync(frame, handler), options, cancellationToken);
    }

    /// <inheritdoc />
    public NetworkStatistics GetStatistics() => Inner.GetStatistics();

    /// <inheritdoc />
    public virtual async ValueTask DisposeAsync()
    {
        await Inner.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    Span<byte> ITransmitFrameOwner.GetSpan(int index, uint generation) => Find(index, generation).Span;

    FrameOffload ITransmitFrameOwner.GetOffload(int index, uint generation) => Find(index, generation).Offload;

    void ITransmitFrameOwner.SetOffload(int index, uint generation, FrameOffload offload) => Find(index, generation).SetOffload(offload);

    DeviceResult ITransmitFrameOwner.Send(int index, uint generation)
    {
        TransmitFrame inner = Find(index, generation);
        Forget(index);
        return OnSend(inner);
    }

    void ITransmitFrameOwner.Release(int index, uint generation)
    {
        if (_slots[index].Generation == generation)
        {
            TransmitFrame inner = _slots[index].Inner;
            Forget(index);
            inner.Dispose();
        }
    }

    /// <summary>Sends a frame on its way to the wrapped device.</summary>
    /// <param name="frame">The wrapped device's frame, filled. To be sent or disposed here.</param>
    protected virtual DeviceResult OnSend(TransmitFrame frame) => frame.Send();

    /// <summary>Hands on a frame that the wrapped device received.</summary>
    /// <param name="frame">The frame, lent.</param>
    /// <param name="handler">The listener's handler.</param>
    protected virtual ValueTask OnReceiveAsync(ReceivedFrame frame, FrameHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return handler(frame);
    }

    private async ValueTask<TransmitFrame> WaitAndAdoptAsync(int length, uint flow, CancellationToken cancellationToken) =>
        Adopt(await Inner.ReserveAsync(length, flow, cancellationToken));

    private TransmitFrame Adopt(TransmitFrame inner)
    {
        if (!_freeSlots.TryPop(out int index))
        {
            index = _slots.Length;
            Array.Resize(ref _slots, Math.Max(4, _slots.Length * 2));
            for (int free = _slots.Length - 1; free > index; free--)
            {
                _freeSlots.Push(free);
            }
        }

        _slots[index].Inner = inner;
        return new TransmitFrame(this, index, _slots[index].Generation);
    }

    private TransmitFrame Find(int index, uint generation) => _slots[index].Generation == generation
        ? _slots[index].Inner
        : throw new ObjectDisposedException(nameof(TransmitFrame), "This frame was sent or disposed: its memory is the device's again.");

    private void Forget(int index)
    {
        _slots[index].Inner = default;
        _slots[index].Generation++;
        _freeSlots.Push(index);
    }

    private struct Slot
    {
        public TransmitFrame Inner;
        public uint Generation;
    }
}
