using System.Buffers.Binary;
using System.Net.Sockets;
using Xen.Linux;

namespace Xen.Hosts.Tests.Linux;

public class XenbusStoreTransportTests
{
    // The kernel keeps a request's payload in a buffer that the next write replaces, until the request is answered.
    [Fact]
    public void A_message_is_written_only_after_the_last_one_was_answered() => WithKernel(async (transport, kernel) =>
    {
        await transport.SendAsync(Message(2, "first"));
        Task second = transport.SendAsync(Message(2, "second")).AsTask();
        await Receive(transport, kernel, Message(15, "an event"));
        Assert.False(second.IsCompleted);
        Assert.Equal(16 + 5, await Task.Run(() => kernel.Receive(new byte[64])));
        byte[] reply = Message(2, "answer");
        await Receive(transport, kernel, reply[..7]);
        Assert.False(second.IsCompleted);
        await Receive(transport, kernel, reply[7..]);
        await second;
        Assert.Equal(16 + 6, await Task.Run(() => kernel.Receive(new byte[64])));
    });

    [Fact]
    public void Disposing_ends_a_send_that_waits_for_its_turn() => WithKernel(async (transport, _) =>
    {
        await transport.SendAsync(Message(2, "first"));
        Task second = transport.SendAsync(Message(2, "second")).AsTask();
        await transport.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => second);
        Assert.False(transport.CanResetWatches);
    });

    // The kernel refuses a watch beyond the quota as an error of write: one request failed, not the connection.
    [Fact]
    public void A_message_that_the_kernel_refuses_is_answered_with_its_error()
    {
        string file = Path.GetTempFileName();
        Guest.Run(async (queue, poller) =>
        {
            // A file that is open for reading refuses every write.
            var descriptor = new DescriptorHandle(Libc.Open(file, Libc.CloseOnExec));
            await using var transport = new XenbusStoreTransport(descriptor, queue, poller);
            byte[] request = Message(4, "watch");
            request[4] = 77;
            request[8] = 5;
            byte[] expected = Message(16, "EBADF\0");
            expected[4] = 77;
            expected[8] = 5;
            for (int i = 0; i < 3; i++)
            {
                await transport.SendAsync(request);
                Task next = transport.SendAsync(request).AsTask();
                Assert.False(next.IsCompleted);
                Assert.Equal(expected, await ReadAsync(transport, expected.Length));
                await next;
                Assert.Equal(expected, await ReadAsync(transport, expected.Length));
            }
        });
        File.Delete(file);
    }

    [Fact]
    public void Replies_are_counted_wherever_the_stream_is_cut()
    {
        byte[] stream = [.. Message(2, ""), .. Message(15, "event"), .. Message(16, "ENOENT"), .. Message(11, "OK"), .. Message(15, "")];
        for (int cut = 0; cut <= stream.Length; cut++)
        {
            var counter = default(StoreReplyCounter);
            Assert.Equal(3, counter.Count(stream.AsSpan(0, cut)) + counter.Count(stream.AsSpan(cut)));
        }

        var bytewise = default(StoreReplyCounter);
        Assert.Equal(3, stream.Sum(value => bytewise.Count([value])));
    }

    private static async Task<byte[]> ReadAsync(XenbusStoreTransport transport, int length)
    {
        byte[] bytes = new byte[length];
        for (int count = 0; count < length;)
        {
            count += await transport.ReceiveAsync(bytes.AsMemory(count, Math.Min(3, length - count)));
        }

        return bytes;
    }

    private static byte[] Message(uint type, string payload)
    {
        byte[] message = [.. new byte[16], .. System.Text.Encoding.ASCII.GetBytes(payload)];
        BinaryPrimitives.WriteUInt32LittleEndian(message, type);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(12), payload.Length);
        return message;
    }

    private static async Task Receive(XenbusStoreTransport transport, Socket kernel, byte[] bytes)
    {
        kernel.Send(bytes);
        byte[] buffer = new byte[bytes.Length];
        Assert.Equal(bytes.Length, await transport.ReceiveAsync(buffer));
        Assert.Equal(bytes, buffer);
    }

    private static void WithKernel(Func<XenbusStoreTransport, Socket, Task> body)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("xen").FullName, "socket");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        Guest.Run(async (queue, poller) =>
        {
            var device = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
            device.Connect(new UnixDomainSocketEndPoint(path));
            using Socket kernel = listener.Accept();
            int descriptor = (int)device.SafeHandle.DangerousGetHandle();
            device.SafeHandle.SetHandleAsInvalid();
            await using var transport = new XenbusStoreTransport(new DescriptorHandle(descriptor), queue, poller);
            await body(transport, kernel);
        });
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }
}
