using System.Buffers.Binary;
using System.Net.Sockets;
using FsCheck.Xunit;
using Microsoft.Extensions.Logging.Abstractions;
using Xen.Linux;
using Xen.Platform;
using Xen.Store;

namespace Xen.Hosts.Tests.Linux;

/// <summary>The client over a real socket, with a daemon that answers with anything: an error each time, never a hang or a crash (R14).</summary>
public class MalformedStoreTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Property(MaxTest = 30)]
    public void Any_bytes_end_every_request_with_a_value_or_an_error(int seed) =>
        Answer(seed, static (random, _) =>
        {
            byte[] bytes = new byte[random.Next(0, 200)];
            random.NextBytes(bytes);
            return bytes;
        });

    [Property(MaxTest = 30)]
    public void Headers_that_are_nearly_right_end_every_request_with_a_value_or_an_error(int seed) =>
        Answer(seed, static (random, request) =>
        {
            byte[] reply = new byte[16 + random.Next(0, 40)];
            random.NextBytes(reply.AsSpan(16));
            request.AsSpan(0, 12).CopyTo(reply);
            uint length = random.Next(4) switch
            {
                0 => (uint)random.Next(4000, 5000),
                1 => uint.MaxValue,
                _ => (uint)(reply.Length - 16),
            };
            BinaryPrimitives.WriteUInt32LittleEndian(reply.AsSpan(12), length);
            if (random.Next(2) == 0)
            {
                reply[random.Next(12)] ^= (byte)(1 << random.Next(8));
            }

            return reply;
        });

    private static void Answer(int seed, Func<Random, byte[], byte[]> answer)
    {
        string folder = Directory.CreateTempSubdirectory("xen").FullName;
        string path = Path.Combine(folder, "socket");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        Guest.Run(async (queue, poller) =>
        {
            UnixSocketStoreTransport transport = await UnixSocketStoreTransport.ConnectAsync(path, queue, poller);
            await using var client = new XenStoreClient(transport, queue, NullLoggerFactory.Instance);
            Task served = Task.Run(() => Serve(listener, new Random(seed), answer));
            await EndsAsync(client.ReadTextAsync("/a").AsTask());
            await EndsAsync(client.ListAsync("/b").AsTask());
            await EndsAsync(client.GetPermissionsAsync("/c").AsTask());
            await served;
        });
        Directory.Delete(folder, recursive: true);
    }

    // One connection: each request gets an answer; then the daemon goes away.
    private static void Serve(Socket listener, Random random, Func<Random, byte[], byte[]> answer)
    {
        using Socket server = listener.Accept();
        byte[] request = new byte[8192];
        for (int i = 0; i < 3 && server.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectRead) && server.Receive(request) >= 16; i++)
        {
            server.Send(answer(random, request));
        }
    }

    private static async Task EndsAsync(Task request)
    {
        try
        {
            await request.WaitAsync(Limit);
        }
        catch (Exception e) when (e is XenException or XenProtocolException or OperationCanceledException)
        {
        }
    }
}
