using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Text;
using System.Text.Json;
using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Hosting;

namespace XenStack.Tool;

/// <summary><c>xenstack net</c>: pings, listens and sends through the network front end.</summary>
internal sealed class NetCommand : Command
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private readonly GlobalOptions _options;
    private readonly Argument<string> _device = new("device") { Description = "Its number (0) or node (device/vif/0)." };
    private readonly Argument<IPAddress> _target = new("target") { Description = "The other host's IPv4 address.", CustomParser = ParseAddress };
    private readonly Option<IPAddress> _own = new("--own")
    {
        Description = "This host's IPv4 address.",
        CustomParser = ParseAddress,
        DefaultValueFactory = _ => IPAddress.Parse("192.0.2.2"),
    };

    private readonly Option<FileInfo?> _pcap = new("--pcap") { Description = "Write every frame to this file, in pcapng." };
    private readonly Option<int> _count = new("--count") { Description = "How many.", DefaultValueFactory = _ => 4 };
    private readonly Option<int> _size = new("--size") { Description = "Bytes of data in each ping.", DefaultValueFactory = _ => 56 };
    private readonly Option<double> _seconds = new("--seconds") { Description = "How long to listen, in the guest's time.", DefaultValueFactory = _ => 10 };
    private readonly Option<ushort> _port = new("--port") { Description = "The other host's UDP port.", DefaultValueFactory = _ => 7 };
    private readonly Argument<string> _text = new("text") { Description = "The datagram's data." };

    public NetCommand(GlobalOptions options)
        : base("net", "Ping, listen and send on a network interface.")
    {
        _options = options;
        AddVerb(new Command("ping", "Resolve a host's address and ping it.") { _device, _target, _count, _size }, PingAsync);
        AddVerb(new Command("listen", "Print a line for each frame; answer ARP and ping meanwhile.") { _device, _count, _seconds }, ListenAsync);
        AddVerb(new Command("send", "Send one UDP datagram.") { _device, _target, _text, _port }, SendAsync);
    }

    private void AddVerb(Command verb, Func<ParseResult, Guest, INetworkDevice, Task> body)
    {
        verb.Add(_own);
        verb.Add(_pcap);
        verb.SetAction(result => GuestRunner.RunAsync(result, _options, async guest =>
        {
            await using INetworkDevice device = await guest.OpenNetworkAsync(result.GetRequiredValue(_device));
            if (result.GetValue(_pcap) is not { } file)
            {
                await body(result, guest, device);
                return;
            }

            using var writer = new PcapngWriter(file.Create(), guest.TimeProvider);
            await body(result, guest, new PcapNetworkDevice(device, writer));
            if (writer.Failure is { } failure)
            {
                throw new ToolException($"{file.FullName}: the capture is not whole: {failure.Message}");
            }
        }));
        Add(verb);
    }

    private async Task PingAsync(ParseResult result, Guest guest, INetworkDevice device)
    {
        IPAddress target = result.GetRequiredValue(_target);
        var probe = new NetworkProbe(device, result.GetRequiredValue(_own), guest.TimeProvider);
        using var end = new CancellationTokenSource();
        Task listening = probe.ListenAsync(end.Token);
        MacAddress mac = await probe.ResolveAsync(target, Timeout) ?? throw new ToolException($"Nobody answered ARP for {target} on {device.Name}.");
        byte[] data = new byte[Math.Clamp(result.GetValue(_size), 0, device.Mtu - Ipv4Header.Size - IcmpEcho.Size)];
        var times = new List<double>();
        int count = result.GetValue(_count);
        for (int i = 0; i < count; i++)
        {
            TimeSpan? time = await probe.PingAsync(target, mac, data, Timeout);
            Report(result, $"{data.Length} bytes to {target}: {(time is { } answered ? $"{answered.TotalMicroseconds:F0} us" : "no answer")}");
            times.AddRange(time is { } taken ? [taken.TotalMicroseconds] : Array.Empty<double>());
        }

        end.Cancel();
        await IgnoreCancellationAsync(listening);
        Summarise(result, target, mac, count, times);
    }

    private void Summarise(ParseResult result, IPAddress target, MacAddress mac, int sent, List<double> times)
    {
        times.Sort();
        var report = new PingReport(
            target.ToString(), mac.ToString(), sent, times.Count, times.FirstOrDefault(), times.ElementAtOrDefault(times.Count / 2), times.LastOrDefault());
        if (result.GetValue(_options.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(report, ToolJsonContext.Default.PingReport));
        }

        Report(result, $"{report.Answered} of {report.Sent} answered; {report.MinimumMicroseconds:F0}/{report.MedianMicroseconds:F0}/{report.MaximumMicroseconds:F0} us");
        if (times.Count < sent)
        {
            throw new ToolException($"{sent - times.Count} of {sent} pings to {target} had no answer within {Timeout.TotalSeconds} s.");
        }
    }

    private async Task ListenAsync(ParseResult result, Guest guest, INetworkDevice device)
    {
        int left = result.GetValue(_count);
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(result.GetValue(_seconds)), guest.TimeProvider);
        long start = guest.TimeProvider.GetTimestamp();
        await IgnoreCancellationAsync(device.ListenAsync(
            frame =>
            {
                Console.WriteLine($"{guest.TimeProvider.GetElapsedTime(start).TotalSeconds,10:F6} {FrameText.Describe(frame)}");
                if (--left == 0)
                {
                    end.Cancel();
                }

                return default;
            },
            ListenOptions.Default,
            end.Token));
    }

    private async Task SendAsync(ParseResult result, Guest guest, INetworkDevice device)
    {
        IPAddress target = result.GetRequiredValue(_target);
        var probe = new NetworkProbe(device, result.GetRequiredValue(_own), guest.TimeProvider);
        using var end = new CancellationTokenSource();
        Task listening = probe.ListenAsync(end.Token);
        MacAddress mac = await probe.ResolveAsync(target, Timeout) ?? throw new ToolException($"Nobody answered ARP for {target} on {device.Name}.");
        byte[] data = Encoding.UTF8.GetBytes(result.GetRequiredValue(_text));
        await probe.SendAsync(target, mac, new UdpHeader(40_001, result.GetValue(_port)), data);
        end.Cancel();
        await IgnoreCancellationAsync(listening);
        Report(result, $"sent {data.Length} bytes to {target}:{result.GetValue(_port)}");
    }

    private void Report(ParseResult result, string line)
    {
        if (!result.GetValue(_options.Json))
        {
            Console.WriteLine(line);
        }
    }

    private static async Task IgnoreCancellationAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }

    private static IPAddress? ParseAddress(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
        {
            return address;
        }

        result.AddError($"'{text}' is no IPv4 address: expected four numbers with dots between, such as 192.0.2.1.");
        return null;
    }
}
