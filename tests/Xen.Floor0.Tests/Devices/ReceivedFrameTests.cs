using System.Buffers;
using Xen.Devices;

namespace Xen.Floor0.Tests.Devices;

public sealed class ReceivedFrameTests : IDisposable
{
    private readonly FakeNetworkDevice _device = new();
    private readonly byte[] _bytes = Enumerable.Range(0, 200).Select(i => (byte)i).ToArray();

    public void Dispose() => _device.DisposeAsync().GetAwaiter().GetResult();

    [Fact]
    public void One_page_is_one_segment_and_more_are_a_sequence()
    {
        ReceivedFrame single = _device.Fill(_bytes).Lend();
        Assert.True(single.IsSingleSegment);
        Assert.True(single.Payload.IsSingleSegment);

        ReceivedFrame several = _device.Fill(_bytes, 14, 100).Lend();
        Assert.False(several.IsSingleSegment);
        Assert.Equal(200, several.Length);
        Assert.Equal(_bytes, several.Payload.ToArray());
        Assert.Equal(14, several.FirstSpan.Length);
    }

    [Fact]
    public void A_borrowed_frame_ends_with_its_loan()
    {
        ReceivedFrameBuffer buffer = _device.Fill(_bytes);
        ReceivedFrame frame = buffer.Lend();
        frame.Dispose();
        Assert.Equal(200, frame.Length);
        buffer.EndLoan(frame);
        buffer.EndLoan(frame);
        Assert.Equal(1, _device.Recycled);
        Assert.Throws<ObjectDisposedException>(() => frame.Length);
        Assert.Throws<ObjectDisposedException>(() => frame.Take());
    }

    [Fact]
    public void A_taken_frame_stays_until_it_is_disposed_once()
    {
        ReceivedFrameBuffer buffer = _device.Fill(_bytes);
        ReceivedFrame frame = buffer.Lend();
        ReceivedFrame taken = frame.Take();
        Assert.Throws<InvalidOperationException>(() => frame.Take());
        buffer.EndLoan(frame);
        Assert.Equal(_bytes, taken.Payload.ToArray());
        taken.Dispose();
        taken.Dispose();
        Assert.Equal(1, _device.Recycled);
    }

    [Fact]
    public async Task An_enumeration_owns_its_frames_and_ends_with_the_device()
    {
        var seen = new List<byte[]>();
        Task reader = ReadAsync();
        await _device.ReceiveAsync(_bytes);
        await _device.ReceiveAsync(_bytes[..60], 30);
        await _device.DisposeAsync();
        await reader;
        Assert.Equal([_bytes, _bytes[..60]], seen);
        Assert.Equal(2, _device.Recycled);

        async Task ReadAsync()
        {
            await foreach (ReceivedFrame frame in _device.ReceiveAllAsync())
            {
                seen.Add(frame.Payload.ToArray());
                frame.Dispose();
            }
        }
    }

    [Fact]
    public async Task An_enumeration_that_is_left_gives_back_what_waits()
    {
        Task reader = ReadOneAsync();
        await _device.ReceiveAsync(_bytes);
        await reader;
        Assert.Equal(1, _device.Recycled);

        async Task ReadOneAsync()
        {
            await foreach (ReceivedFrame frame in _device.ReceiveAllAsync())
            {
                frame.Dispose();
                break;
            }
        }
    }
}
