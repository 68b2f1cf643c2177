using Xen.Blkfront;
using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Hosting;
using Xen.Speed.Generator;

namespace Xen.Speed;

/// <summary>The agent as the whole guest: the product's drivers, on the guest's scheduler.</summary>
internal static class UnikernelAgent
{
    private const string DiskPath = "device/vbd/51712";

    // Room for 32 blocks of 4 KiB, and for one of 1 MiB.
    private const int ReservedPages = 320;

    public static Task<int> RunAsync(string address) => XenGuest.RunAsync([], async guest =>
    {
        await using INetworkDevice vif = await guest.OpenNetworkAsync("0");
        await using IBlockDevice device = await BlkfrontDevice.OpenAsync(guest.Ports, DiskPath, new BlkfrontOptions { ReservedPages = ReservedPages, KeepGrants = true });
        var network = new UnikernelNetwork(guest, vif, Ipv4Address.From(System.Net.IPAddress.Parse(address)));
        using var end = new CancellationTokenSource();
        Task listening = network.ListenAsync(end.Token);
        System.Console.WriteLine($"SPEED ready {vif.Offloads}");
        await new Agent(network, new UnikernelDisk(device)).RunAsync();
        end.Cancel();
        await listening;
    });
}
