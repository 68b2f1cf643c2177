using System.Net;
using Xen.Devices.Packets;
using Xen.Speed.Generator;

namespace Xen.Speed.Guest;

/// <summary>The agent as a process of a Linux guest: the kernel's drivers, through sockets and the disk's device file.</summary>
internal static class LinuxAgent
{
    public static async Task<int> RunAsync(string address, string disk)
    {
        var network = new LinuxNetwork(Ipv4Address.From(IPAddress.Parse(address)));
        Console.WriteLine("SPEED ready");
        await new Agent(network, new LinuxDisk(disk)).RunAsync();
        return 0;
    }
}
