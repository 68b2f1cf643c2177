using System.Net;
using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Netback;
using Xen.Simulation;
using Xen.Store;

namespace Unikernel;

/// <summary>Domain 0 of the simulation attaches an interface, pings the guest through it, has UDP echoed, and detaches it.</summary>
internal static class InterfaceVisit
{
    private const ushort EchoPort = 7;
    private const int Headers = EthernetHeader.Size + Ipv4Header.Size + UdpHeader.Size;
    private static readonly IPAddress Own = IPAddress.Parse("192.0.2.1");
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(SimulatedDomain guest)
    {
        Simulation simulation = guest.Simulation;
        var toolstack = new DeviceToolstack(simulation.Store, simulation.TimeProvider);
        DevicePaths vif = await toolstack.AddAsync(new NetworkDeviceConfiguration { Guest = guest.Id, Handle = 0, Mac = "00:16:3e:00:00:01" });
        var asked = new TaskCompletionSource();
        Task serving = NetbackServer.ServeAsync(simulation.Dom0.Ports, vif.Backend, null, (device, end) => ServeAsync(guest, device, asked, end));
        await asked.Task;
        await toolstack.RemoveAsync(vif, Timeout);
        await serving;
    }

    private static async Task ServeAsync(SimulatedDomain guest, NetbackDevice device, TaskCompletionSource asked, CancellationToken end)
    {
        var probe = new NetworkProbe(device, Own, guest.Simulation.TimeProvider);
        Task listening = probe.ListenAsync(end);
        try
        {
            // What the guest says of itself once it listens: a frame that came before would be lost.
            string? address = await guest.Simulation.Store.WaitForAsync(
                StorePath.Combine(SimulatedVisit.HomeOf(guest), "data/vif/0"), value => value is not null, end);
            await AskAsync(probe, IPAddress.Parse(address!), device.MaxFrameSize - Headers);
            asked.SetResult();
        }
        catch (Exception exception)
        {
            asked.SetException(exception);
        }

        await listening;
    }

    private static async Task AskAsync(NetworkProbe probe, IPAddress guest, int largest)
    {
        MacAddress mac = await probe.ResolveAsync(guest, Timeout) ?? throw new IOException($"Nobody answered ARP for {guest}.");
        Console.WriteLine($"dom0     {guest} is at {mac}");
        foreach (int length in new[] { 64, 1472, largest })
        {
            byte[] data = new byte[length / 8 * 8];
            SeededData.Fill(data, (ulong)length, 0);
            _ = await probe.PingAsync(guest, mac, data, Timeout) ?? throw new IOException($"No answer to a ping of {length} bytes.");
            _ = await probe.EchoAsync(guest, mac, EchoPort, data, Timeout) ?? throw new IOException($"No UDP echo of {length} bytes.");
            Console.WriteLine($"dom0     {data.Length} bytes: ping answered, UDP echoed");
        }
    }
}
