using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Unikernel;
using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Linux;
using Xen.Netfront;

namespace Xen.Lab;

/// <summary>A network interface of the kernel's netback, driven from user mode.</summary>
internal static class NetworkVerbs
{
    private const int Pings = 1000;
    private const int SmallestPing = 64;
    private const int LargestPing = 1472;
    private const ushort EchoPort = 7;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>As little as a front end can ask for.</summary>
    internal static readonly NetfrontOptions Plain = new() { DisableScatterGather = true, UseSingleEventChannel = true };

    /// <summary>ARP, pings of every size, UDP echoes up to <paramref name="largestEcho"/> bytes, against <paramref name="peer"/>.</summary>
    internal static async Task<string> ProbeAsync(
        LinuxGuest guest, string path, NetfrontOptions options, IPAddress address, IPAddress peer, int largestEcho, string commandWhenConnected)
    {
        KernelDrivers.ThrowIfHeld(path);
        await using NetfrontDevice device = await NetfrontDevice.OpenAsync(guest.Ports, path, options);
        System.Console.WriteLine($"{device.Name}: {device.MacAddress}, MTU {device.Mtu}, frames up to {device.MaxFrameSize}, {device.Offloads}");
        await RunAsync(commandWhenConnected);
        var probe = new NetworkProbe(device, address, guest.Scheduler.TimeProvider);
        using var listening = new CancellationTokenSource();
        Task listener = probe.ListenAsync(listening.Token);
        try
        {
            MacAddress mac = await probe.ResolveAsync(peer, Timeout) ?? throw new InvalidOperationException($"expected: {peer} answers ARP");
            TimeSpan average = await PingAsync(probe, peer, mac);
            int echoes = await EchoAsync(probe, peer, mac, largestEcho);
            return $"{peer} is {mac}; {Pings} pings of {SmallestPing} to {LargestPing} bytes, {average.TotalMilliseconds:F2} ms each; "
                + $"{echoes} UDP echoes up to {largestEcho} bytes";
        }
        finally
        {
            System.Console.WriteLine($"{device.GetStatistics()}; {device}; answered for others {probe.Answered}");
            await listening.CancelAsync();
            await Lab.ThrowsAsync<OperationCanceledException>(() => listener, "a listener that is cancelled");
        }
    }

    /// <summary>Sends every UDP datagram back, until the process ends.</summary>
    internal static int Echo(IPAddress address, int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(address, port));
        byte[] buffer = new byte[65536];
        while (true)
        {
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            int length = socket.ReceiveFrom(buffer, ref from);
            socket.SendTo(buffer.AsSpan(0, length), from);
        }
    }

    /// <summary>Sends datagrams of each length from <paramref name="smallest"/> to <paramref name="largest"/> bytes, one after the other, to an echo service.</summary>
    internal static string AskForEchoes(IPAddress address, int smallest, int largest, int step)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = (int)Timeout.TotalMilliseconds };
        socket.Connect(address, EchoPort);
        byte[] buffer = new byte[65536];
        int count = 0;
        for (int length = smallest; length <= largest; length = length < largest ? Math.Min(length + step, largest) : largest + 1)
        {
            byte[] data = Data(length, length);
            socket.Send(data);
            int received = socket.Receive(buffer);
            Lab.Expect(buffer.AsSpan(0, received).SequenceEqual(data), $"the same {length} bytes back, found {received}");
            count++;
        }

        return $"{count} datagrams of {smallest} to {largest} bytes echoed by {address}";
    }

    private static async Task<TimeSpan> PingAsync(NetworkProbe probe, IPAddress peer, MacAddress mac)
    {
        TimeSpan sum = TimeSpan.Zero;
        for (int i = 0; i < Pings; i++)
        {
            byte[] data = Data(SmallestPing + ((i * 7) % (LargestPing - SmallestPing + 1)), i);
            data = i == Pings - 1 ? Data(LargestPing, i) : data;
            TimeSpan? time = await probe.PingAsync(peer, mac, data, Timeout);
            sum += time ?? throw new InvalidOperationException($"expected: an answer to ping {i} of {data.Length} bytes with the same data");
        }

        return sum / Pings;
    }

    private static async Task<int> EchoAsync(NetworkProbe probe, IPAddress peer, MacAddress mac, int largest)
    {
        int count = 0;
        for (int length = 1; length <= largest; length = length == largest ? largest + 1 : Math.Min((length * 2) + 13, largest))
        {
            for (int i = 0; i < 10; i++)
            {
                TimeSpan? time = await probe.EchoAsync(peer, mac, EchoPort, Data(length, i), Timeout);
                Lab.Expect(time is not null, $"an answer to UDP echo {i} of {length} bytes with the same data");
                count++;
            }
        }

        return count;
    }

    private static byte[] Data(int length, int seed)
    {
        byte[] data = new byte[(length + 7) / 8 * 8];
        SeededData.Fill(data, (ulong)seed, 0);
        return data[..length];
    }

    /// <summary>Runs a command of the shell, which must succeed.</summary>
    internal static async Task RunAsync(string command)
    {
        int status = await StatusAsync(command);
        // A shell that dies of a signal was broken by the emulation, as in lab.sh.
        for (int i = 1; status > 128 && i <= 2; i++)
        {
            File.AppendAllText("/dev/ttyS1", $"LAB-RETRY {i}: sh died of signal {status - 128}\n");
            status = await StatusAsync(command);
        }

        Lab.Equal(0, status, $"the status of '{command}'");
    }

    private static async Task<int> StatusAsync(string command)
    {
        using Process process = Process.Start("/bin/sh", ["-c", command]);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
