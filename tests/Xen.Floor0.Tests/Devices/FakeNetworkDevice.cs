using System.Runtime.InteropServices;
using Xen.Devices;

namespace Xen.Floor0.Tests.Devices;

/// <summary>A device that keeps what is sent and hands its listener what the test gives it.</summary>
internal sealed class FakeNetworkDevice : INetworkDevice, ITransmitFrameOwner, IReceivedFrameOwner
{
    private const int PageCount = 32;
    private readonly nint _receiveMemory = Allocate();
    private readonly TransmitFramePool _pool;
    private readonly TaskCompletionSource<DeviceResult> _ended = new();
    private FrameHandler? _handler;

    public FakeNetworkDevice()
    {
        unsafe
        {
            _pool = new TransmitFramePool((byte*)Allocate(), PageCount);
        }
    }

    public List<byte[]> Sent { get; } = [];

    public int Recycled { get; private set; }

    public string Name => "device/vif/0";

    public MacAddress MacAddress => new(0x00163E000001);

    public int Mtu => 1500;

    public int MaxFrameSize => 65535;

    public NetworkOffloads Offloads => NetworkOffloads.ScatterGather;

    public TransmitFramePool Pool => _pool;

    public bool TryReserve(int length, out TransmitFrame frame)
    {
        bool reserved = _pool.TryReserve(length, out int index, out uint generation);
        frame = reserved ? new TransmitFrame(this, index, generation) : default;
        return reserved;
    }

    public ValueTask<TransmitFrame> ReserveAsync(int length, CancellationToken cancellationToken = default) =>
        TryReserve(length, out TransmitFrame frame) ? new ValueTask<TransmitFrame>(frame) : throw new IOException("full");

    public Task<DeviceResult> ListenAsync(FrameHandler handler, ListenOptions options, CancellationToken cancellationToken = default)
    {
        _handler = handler;
        cancellationToken.Register(() => _ended.TrySetCanceled(cancellationToken));
        return _ended.Task;
    }

    public async Task ReceiveAsync(byte[] bytes, params int[] cuts)
    {
        ReceivedFrameBuffer buffer = Fill(bytes, cuts);
        ReceivedFrame frame = buffer.Lend();
        await _handler!(frame);
        buffer.EndLoan(frame);
    }

    public unsafe ReceivedFrameBuffer Fill(byte[] bytes, params int[] cuts)
    {
        var buffer = new ReceivedFrameBuffer(this);
        int start = 0;
        int page = 0;
        foreach (int end in cuts.Append(bytes.Length))
        {
            byte* address = (byte*)_receiveMemory + (page * 4096);
            bytes.AsSpan(start, end - start).CopyTo(new Span<byte>(address, 4096));
            buffer.Append(new ReceivePage(page++, address, 4096), 0, end - start);
            start = end;
        }

        return buffer;
    }

    private static unsafe nint Allocate() => (nint)NativeMemory.AllocZeroed(PageCount * 4096);

    public NetworkStatistics GetStatistics() => new() { SentFrames = Sent.Count };

    public ValueTask DisposeAsync()
    {
        _ended.TrySetResult(DeviceResult.Success);
        return ValueTask.CompletedTask;
    }

    public void Recycle(ReceivedFrameBuffer buffer)
    {
        Recycled++;
        buffer.Clear();
    }

    Span<byte> ITransmitFrameOwner.GetSpan(int index, uint generation) => _pool.GetSpan(index, generation);

    FrameOffload ITransmitFrameOwner.GetOffload(int index, uint generation) => _pool.Offload(index, generation);

    void ITransmitFrameOwner.SetOffload(int index, uint generation, FrameOffload offload) => _pool.Offload(index, generation) = offload;

    DeviceResult ITransmitFrameOwner.Send(int index, uint generation)
    {
        Sent.Add(_pool.GetSpan(index, generation).ToArray());
        _pool.MarkSent(index, generation);
        _pool.Free(index);
        return DeviceResult.Success;
    }

    void ITransmitFrameOwner.Release(int index, uint generation) => _pool.TryRelease(index, generation);
}
