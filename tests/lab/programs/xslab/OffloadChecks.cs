using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Xen.Devices;
using Xen.Linux;
using Xen.Netfront;

namespace Xen.Lab;

/// <summary>
/// Checksums that are left to the other side (xen-protocols 1.11, netif: csum_blank, data_validated), both ways, as the kernel's netback and its own
/// stack see them: between two interfaces, and with sockets of this domain.
/// </summary>
internal static class OffloadChecks
{
    private const string Bridge = "xenbr0";
    private static readonly int[] Lengths = [1, 2, 99, 1000, 1400];
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly AddressFamily[] Families = [AddressFamily.InterNetwork, AddressFamily.InterNetworkV6];

    internal static int Run(string front, string other, string command) =>
        Lab.Run("net-partial-ipv4", async (guest, run) =>
        {
            await using NetfrontDevice device = await NetfrontDevice.OpenAsync(guest.Ports, front);
            await using NetfrontDevice otherDevice = await NetfrontDevice.OpenAsync(guest.Ports, other);
            await NetworkVerbs.RunAsync(command);
            var host = new OffloadHost(device, IPAddress.Parse("10.77.0.11"), IPAddress.Parse("fd00:77::11"));
            var otherHost = new OffloadHost(otherDevice, IPAddress.Parse("10.77.0.12"), IPAddress.Parse("fd00:77::12"));
            using var listening = new CancellationTokenSource();
            Task[] listeners = [host.ListenAsync(listening.Token), otherHost.ListenAsync(listening.Token)];
            await run(new("net-partial-ipv4", _ => SendPartialAsync(guest, host, "10.77.0.1")));
            await run(new("net-partial-ipv6", _ => SendPartialAsync(guest, host, "fd00:77::1")));
            await run(new("net-blank-ipv4", _ => ReceiveBlankAsync(guest, host, "10.77.0.1")));
            await run(new("net-blank-ipv6", _ => ReceiveBlankAsync(guest, host, "fd00:77::1")));
            await run(new("net-checksum-states", _ => KeepStatesAsync(guest, host, otherHost)));
            System.Console.WriteLine($"{device.GetStatistics()}; {otherDevice.GetStatistics()}");
            await listening.CancelAsync();
            await Task.WhenAll(listeners.Select(listener => Lab.ThrowsAsync<OperationCanceledException>(() => listener, "a listener that is cancelled")));
        });

    // The kernel takes a frame whose checksum is left to it for right. The same bytes without the flag are a wrong checksum, which it counts.
    private static async Task<string> SendPartialAsync(LinuxGuest guest, OffloadHost host, string address)
    {
        using Socket socket = Open(address);
        MacAddress mac = BridgeMac();
        foreach (int length in Lengths)
        {
            byte[] data = Data(length);
            await host.SendAsync(IPAddress.Parse(address), mac, data, ChecksumState.Partial, isComplete: false);
            byte[] received = await ReceiveAsync(guest, socket) ?? throw new InvalidOperationException($"expected: {length} bytes reach the kernel's socket");
            Lab.Expect(received.AsSpan().SequenceEqual(data), $"the {length} bytes that were sent");
        }

        long before = ChecksumErrors();
        await host.SendAsync(IPAddress.Parse(address), mac, Data(99), ChecksumState.Unknown, isComplete: false);
        // The kernel verifies a datagram that claims nothing when somebody asks for it.
        await Lab.UntilAsync(
            guest,
            Timeout,
            () => socket.Available == 0 && ChecksumErrors() > before,
            "the kernel counts the wrong checksum of a frame that claims nothing");
        Lab.Equal(0, socket.Available, "bytes that reach the socket of a frame with a wrong checksum");
        await host.SendAsync(IPAddress.Parse(address), mac, Data(99), ChecksumState.Unknown, isComplete: true);
        Lab.Expect(await ReceiveAsync(guest, socket) is not null, "a frame with the whole checksum reaches the socket");
        return $"{Lengths.Length} datagrams to {address}; without the flag the kernel refuses the same bytes";
    }

    // The kernel's stack leaves the checksum of what it sends over the bridge to netback, which leaves it to us.
    private static async Task<string> ReceiveBlankAsync(LinuxGuest guest, OffloadHost host, string address)
    {
        using Socket socket = Open(address);
        var to = new IPEndPoint(host.Address(socket.AddressFamily), OffloadHost.Port);
        foreach (int length in Lengths)
        {
            byte[] data = Data(length);
            socket.SendTo(data, to);
            OffloadHost.Datagram datagram = await ReceiveAsync(guest, host, $"{length} bytes from the kernel's socket");
            Lab.Expect(datagram.Data.AsSpan().SequenceEqual(data), $"the {length} bytes that the kernel sent");
            Lab.Equal(ChecksumState.Partial, datagram.State, $"the checksum's state of {length} bytes");
            Lab.Equal(datagram.PseudoSum, datagram.Field, $"the checksum field of {length} bytes, with the pseudo header's sum");
        }

        return $"{Lengths.Length} datagrams from {address}, each partial, with the pseudo header's sum";
    }

    private static async Task<string> KeepStatesAsync(LinuxGuest guest, OffloadHost host, OffloadHost other)
    {
        ChecksumState[] states = [ChecksumState.Unknown, ChecksumState.Partial, ChecksumState.Validated, ChecksumState.Partial, ChecksumState.Unknown];
        foreach (AddressFamily family in Families)
        {
            foreach (ChecksumState state in states)
            {
                byte[] data = Data(500);
                await host.SendAsync(other.Address(family), other.Device.MacAddress, data, state, isComplete: state != ChecksumState.Partial);
                OffloadHost.Datagram datagram = await ReceiveAsync(guest, other, $"a frame whose checksum is {state}, over {family}");
                Lab.Expect(datagram.Data.AsSpan().SequenceEqual(data), $"the data of a frame whose checksum is {state}");
                Lab.Equal(state, datagram.State, $"the checksum's state over {family}");
                Lab.Equal(state != ChecksumState.Partial, datagram.IsRight, $"whether the checksum is complete and right over {family}, as {state}");
            }
        }

        return $"{string.Join(", ", states)}, over IPv4 and IPv6, arrive as they were sent";
    }

    private static async Task<OffloadHost.Datagram> ReceiveAsync(LinuxGuest guest, OffloadHost host, string what)
    {
        await Lab.UntilAsync(guest, Timeout, () => host.Received.Count > 0, what);
        return host.Received.Dequeue();
    }

    private static async Task<byte[]?> ReceiveAsync(LinuxGuest guest, Socket socket)
    {
        await Lab.UntilAsync(guest, Timeout, () => socket.Available > 0, "a datagram at the kernel's socket");
        byte[] buffer = new byte[65536];
        return buffer[..socket.Receive(buffer)];
    }

    private static Socket Open(string address)
    {
        IPAddress parsed = IPAddress.Parse(address);
        var socket = new Socket(parsed.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(parsed, OffloadHost.Port));
        return socket;
    }

    private static MacAddress BridgeMac() =>
        MacAddress.Read(NetworkInterface.GetAllNetworkInterfaces().Single(i => i.Name == Bridge).GetPhysicalAddress().GetAddressBytes());

    private static byte[] Data(int length)
    {
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);
        return data;
    }

    // Of both tables together: Linux counts what it drops while a socket of IPv6 is asked for its next length as IPv4's. The one has a line of
    // names and a line of numbers, the other a line for each.
    private static long ChecksumErrors()
    {
        const string Ipv6Name = "Udp6InCsumErrors";
        string line = File.ReadLines("/proc/net/snmp6").Single(line => line.StartsWith(Ipv6Name, StringComparison.Ordinal));
        string[][] rows = [.. File.ReadLines("/proc/net/snmp").Where(line => line.StartsWith("Udp:", StringComparison.Ordinal)).Select(line => line.Split(' '))];
        return long.Parse(line.AsSpan(Ipv6Name.Length).Trim(), CultureInfo.InvariantCulture)
            + long.Parse(rows[1][Array.IndexOf(rows[0], "InCsumErrors")], CultureInfo.InvariantCulture);
    }
}
