using Xen.Devices;

namespace Xen.Floor0.Tests.Devices;

public sealed class TransmitFramePoolTests : IDisposable
{
    private readonly FakeNetworkDevice _device = new();

    public void Dispose() => _device.DisposeAsync().GetAwaiter().GetResult();

    [Fact]
    public void A_reserved_frame_is_zero_whatever_was_there_before()
    {
        Assert.True(_device.TryReserve(9000, out TransmitFrame first));
        first.Span.Fill(0xFF);
        first.Send();
        for (int i = 0; i < 32; i++)
        {
            Assert.True(_device.TryReserve(4096, out TransmitFrame page));
            Assert.Equal(-1, page.Span.IndexOfAnyExcept((byte)0));
        }

        Assert.False(_device.TryReserve(14, out _));
    }

    [Fact]
    public void A_handle_ends_with_send_and_with_dispose()
    {
        _device.TryReserve(60, out TransmitFrame sent);
        Assert.True(sent.Send().IsSuccess);
        sent.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sent.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => sent.Send());

        _device.TryReserve(60, out TransmitFrame disposed);
        disposed.Dispose();
        disposed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => disposed.SetOffload(default));
        Assert.Equal(32, _device.Pool.FreePages);
        Assert.Throws<InvalidOperationException>(() => default(TransmitFrame).Span.Length);
    }

    [Fact]
    public void Long_frames_are_contiguous_and_short_ones_do_not_get_in_their_way()
    {
        Assert.True(_device.TryReserve(100, out TransmitFrame small));
        Assert.True(_device.TryReserve(65535, out TransmitFrame large));
        Assert.Equal(65535, large.Span.Length);
        Assert.False(_device.TryReserve(65535, out _));
        large.Dispose();
        Assert.True(_device.TryReserve(65535, out _));
        Assert.Equal(100, small.Length);
    }
}
