using System.Net;
using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Hosting;

namespace FirstGuest;

/// <summary>Resolves, pings and talks UDP to the peer behind the network interface.</summary>
internal static class NetworkTour
{
    private const ushort EchoPort = 7;
    private static readonly IPAddress Own = IPAddress.Parse("192.0.2.2");
    private static readonly IPAddress Peer = IPAddress.Parse("192.0.2.1");
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(Guest guest)
    {
        await using INetworkDevice vif = await guest.OpenNetworkAsync("0");
        Console.WriteLine($"network  {vif.Name}: {vif.MacAddress}, MTU {vif.Mtu}, offloads {vif.Offloads}");

        using var end = new CancellationTokenSource();
        var probe = new NetworkProbe(vif, Own, guest.TimeProvider);
        Task listening = probe.ListenAsync(end.Token);
        MacAddress mac = await probe.ResolveAsync(Peer, Timeout) ?? throw new IOException($"Nobody answered ARP for {Peer}.");
        Console.WriteLine($"         {Peer} is at {mac}");

        foreach (int length in new[] { 64, 512, 1472 })
        {
            byte[] data = new byte[length];
            data.AsSpan().Fill((byte)length);
            _ = await probe.PingAsync(Peer, mac, data, Timeout) ?? throw new IOException($"No answer to a ping of {length} bytes.");
            _ = await probe.EchoAsync(Peer, mac, EchoPort, data, Timeout) ?? throw new IOException($"No UDP echo of {length} bytes.");
            Console.WriteLine($"         {length,4} bytes: ping answered, UDP echoed");
        }

        NetworkStatistics statistics = vif.GetStatistics();
        Console.WriteLine(
            $"         {statistics.SentFrames} frames out, {statistics.ReceivedFrames} in; " +
            $"{statistics.NotificationsSent} notifications out, {statistics.NotificationsReceived} in");
        Console.WriteLine($"         {vif}");
        end.Cancel();
        try
        {
            await listening;
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }
}
