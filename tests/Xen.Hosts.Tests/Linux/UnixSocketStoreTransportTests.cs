using System.Net.Sockets;
using Xen.Linux;
using Xen.Platform;

namespace Xen.Hosts.Tests.Linux;

public class UnixSocketStoreTransportTests
{
    [Fact]
    public void Bytes_arrive_whole_and_in_order_in_both_directions_however_they_are_cut() => WithServer(async (transport, server, _) =>
    {
        byte[] sent = new byte[1 << 21];
        new Random(1).NextBytes(sent);
        Task<byte[]> served = Task.Run(() => ReadSlowly(server, sent.Length));
        await transport.SendAsync(sent);
        Assert.Equal(sent, await served);

        Task sending = Task.Run(() => WriteInPieces(server, sent));
        byte[] received = new byte[sent.Length];
        int count = 0;
        while (count < received.Length)
        {
            count += await transport.ReceiveAsync(received.AsMemory(count, Math.Min(4096, received.Length - count)));
        }

        await sending;
        Assert.Equal(sent, received);
    });

    [Fact]
    public void A_daemon_that_goes_away_ends_the_stream() => WithServer(async (transport, server, _) =>
    {
        Task<int> receive = transport.ReceiveAsync(new byte[16]).AsTask();
        server.Dispose();
        Assert.Equal(0, await receive);
        Assert.Equal(0, await transport.ReceiveAsync(new byte[16]));
        XenException broken = await Assert.ThrowsAsync<XenException>(async () => await transport.SendAsync(new byte[16]));
        Assert.Equal(XenErrno.EPIPE, broken.ErrorCode);
        Assert.Contains(transport.Name, broken.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<XenException>(async () => await transport.SendAsync(new byte[16]));
    });

    [Fact]
    public void A_cancelled_wait_ends_and_loses_nothing() => WithServer(async (transport, server, _) =>
    {
        using var cancel = new CancellationTokenSource();
        Task<int> receive = transport.ReceiveAsync(new byte[16], cancel.Token).AsTask();
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receive);
        server.Send([1, 2, 3]);
        byte[] buffer = new byte[16];
        Assert.Equal(3, await transport.ReceiveAsync(buffer));
        Assert.Equal([1, 2, 3], buffer[..3]);
    });

    [Fact]
    public void A_send_that_began_is_finished_although_it_is_cancelled() => WithServer(async (transport, server, _) =>
    {
        using var cancel = new CancellationTokenSource();
        byte[] message = new byte[1 << 21];
        Task send = transport.SendAsync(message, cancel.Token).AsTask();
        await Task.Yield();
        Assert.False(send.IsCompleted);
        cancel.Cancel();
        byte[] served = await Task.Run(() => ReadSlowly(server, message.Length));
        await send;
        Assert.Equal(message.Length, served.Length);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await transport.SendAsync(message, cancel.Token));
    });

    [Fact]
    public void Disposing_ends_the_waits_and_is_idempotent() => WithServer(async (transport, server, _) =>
    {
        Task<int> receive = transport.ReceiveAsync(new byte[16]).AsTask();
        await transport.DisposeAsync();
        await transport.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => receive);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await transport.SendAsync(new byte[1]));
        Assert.Equal(0, await Task.Run(() => server.Receive(new byte[1])));
    });

    [Fact]
    public void The_socket_is_the_connections_own() => WithServer((transport, _, path) =>
    {
        Assert.True(transport.CanResetWatches);
        Assert.Equal(path, transport.Name);
        return Task.CompletedTask;
    });

    [Fact]
    public void Where_nobody_listens_the_error_says_so()
    {
        string folder = Directory.CreateTempSubdirectory("xen").FullName;
        string path = Path.Combine(folder, "socket");
        XenException missing = Connect(path);
        Assert.Equal(XenErrno.ENOENT, missing.ErrorCode);
        Assert.Contains(path, missing.Message, StringComparison.Ordinal);
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            XenException refused = Connect(path);
            Assert.Equal(XenErrno.ECONNREFUSED, refused.ErrorCode);
            Assert.Contains("is xenstored running", refused.Message, StringComparison.Ordinal);
        }

        XenException tooLong = Connect(new string('x', 108));
        Assert.Contains("1 to 107 bytes, this one has 108", tooLong.Message, StringComparison.Ordinal);
        Assert.Contains("1 to 107 bytes, this one has 0", Connect("").Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    private static XenException Connect(string path)
    {
        XenException? error = null;
        Guest.Run(async (queue, poller) =>
            error = await Assert.ThrowsAsync<XenException>(async () => await UnixSocketStoreTransport.ConnectAsync(path, queue, poller)));
        return error!;
    }

    private static void WithServer(Func<UnixSocketStoreTransport, Socket, string, Task> body)
    {
        string folder = Directory.CreateTempSubdirectory("xen").FullName;
        string path = Path.Combine(folder, "socket");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        Guest.Run(async (queue, poller) =>
        {
            await using UnixSocketStoreTransport transport = await UnixSocketStoreTransport.ConnectAsync(path, queue, poller);
            using Socket server = listener.Accept();
            await body(transport, server, path);
        });
        Directory.Delete(folder, recursive: true);
    }

    private static byte[] ReadSlowly(Socket socket, int length)
    {
        byte[] bytes = new byte[length];
        int count = 0;
        while (count < length)
        {
            count += socket.Receive(bytes, count, Math.Min(30_000, length - count), SocketFlags.None);
        }

        return bytes;
    }

    private static void WriteInPieces(Socket socket, byte[] bytes)
    {
        var random = new Random(2);
        for (int at = 0; at < bytes.Length;)
        {
            int length = Math.Min(random.Next(1, 20_000), bytes.Length - at);
            at += socket.Send(bytes, at, length, SocketFlags.None);
        }
    }
}
