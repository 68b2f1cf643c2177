using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Text;
using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Hosting;

namespace XenStack.Tool;

/// <summary><c>xenstack net</c>: pings, listens and sends through the network front end.</summary>
internal sealed class NetCommand : Command
{
    private const int MaxSize = 65_507;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private readonly GlobalOptions _options;
    private readonly Argument<string> _device = new("device") { Description = "Its number (0), slot (#0) or node (device/vif/0).", CustomParser = WordParser.Device };
    private readonly Argument<IPAddress> _target = new("target") { Description = "The other host's IPv4 address.", CustomParser = ParseAddress };
    private readonly Option<IPAddress> _own = new("--own")
    {
        Description = "This host's IPv4 address.",
        CustomParser = ParseAddress,
        DefaultValueFactory = _ => IPAddress.Parse("192.0.2.2"),
    };

    private readonly Option<FileInfo?> _pcap = new("--pcap") { Description = "Write every frame to this file, in pcapng." };
    private readonly Option<int> _count = new("--count")
    {
        Description = "How many.",
        CustomParser = NumberParser.Between("--count", 1, int.MaxValue),
        DefaultValueFactory = _ => 4,
    };

    private readonly Option<int> _frames = new("--count")
    {
        Description = "Stop after this many frames.",
        CustomParser = NumberParser.Between("--count", 1, int.MaxValue),
        DefaultValueFactory = _ => int.MaxValue,
    };

    private readonly Option<int> _size = new("--size")
    {
        Description = "Bytes of data in each ping.",
        CustomParser = NumberParser.Between("--size", 0, MaxSize),
        DefaultValueFactory = _ => 56,
    };

    private readonly Option<double> _seconds = new("--seconds")
    {
        Description = "Stop after this time, of the guest.",
        CustomParser = NumberParser.Between("--seconds", 0.0, 86_400.0),
        DefaultValueFactory = _ => double.PositiveInfinity,
    };

    private readonly Option<ushort> _port = new("--port")
    {
        Description = "The other host's UDP port.",
        CustomParser = NumberParser.Between("--port", (ushort)1, ushort.MaxValue),
        DefaultValueFactory = _ => 7,
    };

    private readonly Argument<string> _text = new("text") { Description = "The datagram's data." };

    public NetCommand(GlobalOptions options)
        : base("net", "Ping, listen and send on a network interface.")
    {
        _options = options;
        AddVerb(new Command("ping", "Resolve a host's address and ping it.") { _device, _target, _count, _size }, PingAsync);
        AddVerb(new Command("listen", "Report each frame that comes, until interrupted.") { _device, _frames, _seconds }, ListenAsync);
        AddVerb(new Command("send", "Send one UDP datagram.") { _device, _target, _text, _port }, SendAsync);
    }

    private void AddVerb(Command verb, Func<ParseResult, Guest, INetworkDevice, CancellationToken, Task> body)
    {
        verb.Add(_own);
        verb.Add(_pcap);
        verb.SetAction(result => GuestRunner.RunAsync(result, _options, async (guest, end) =>
        {
            FileInfo? capture = result.GetValue(_pcap);
            // First: a file that cannot be written is said before a device is touched.
            using FileStream? stream = capture is null ? null : Files.CreateOutput(capture);
            await using INetworkDevice device = await guest.OpenNetworkAsync(result.GetRequiredValue(_device), end);
            if (stream is null)
            {
                await body(result, guest, device, end);
                return;
            }

            using var writer = new PcapngWriter(stream, guest.TimeProvider);
            await body(result, guest, new PcapNetworkDevice(device, writer), end);
            if (writer.Failure is { } failure)
            {
                throw new ToolException($"cannot write {capture!.FullName}: the capture is not whole: {failure.Message}");
            }
        }));
        Add(verb);
    }

    private async Task PingAsync(ParseResult result, Guest guest, INetworkDevice device, CancellationToken end)
    {
        IPAddress target = result.GetRequiredValue(_target);
        byte[] data = new byte[result.GetValue(_size)];
        RequireRoom("--size", data.Length, device, IcmpEcho.Size);
        int count = result.GetValue(_count);
        await WithProbeAsync(result, guest, device, target, async (probe, mac) =>
        {
            var times = new List<double>();
            for (int i = 0; i < count; i++)
            {
                TimeSpan? time = await probe.PingAsync(target, mac, data, Timeout, end);
                Report(result, $"{data.Length} bytes to {target}: {(time is { } answered ? $"{answered.TotalMicroseconds:F0} us" : "no answer")}");
                times.AddRange(time is { } taken ? [taken.TotalMicroseconds] : Array.Empty<double>());
            }

            Summarise(result, target, mac, count, times);
        }, end);
    }

    private void Summarise(ParseResult result, IPAddress target, MacAddress mac, int sent, List<double> times)
    {
        times.Sort();
        var report = new PingReport(
            target.ToString(), mac.ToString(), sent, times.Count, times.FirstOrDefault(), times.ElementAtOrDefault(times.Count / 2), times.LastOrDefault());
        if (result.GetValue(_options.Json))
        {
            ToolOutput.Json(report, ToolJsonContext.Default.PingReport);
        }

        Report(result, $"{report.Answered} of {report.Sent} answered; {report.MinimumMicroseconds:F0}/{report.MedianMicroseconds:F0}/{report.MaximumMicroseconds:F0} us");
        if (times.Count < sent)
        {
            throw new ToolException($"{sent - times.Count} of {sent} pings to {target} had no answer within {Timeout.TotalSeconds} s.");
        }
    }

    private async Task ListenAsync(ParseResult result, Guest guest, INetworkDevice device, CancellationToken end)
    {
        int wanted = result.GetValue(_frames);
        int received = 0;
        double seconds = result.GetValue(_seconds);
        TimeSpan time = double.IsFinite(seconds) ? TimeSpan.FromSeconds(seconds) : System.Threading.Timeout.InfiniteTimeSpan;
        using var limit = new CancellationTokenSource(time, guest.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, end);
        long start = guest.TimeProvider.GetTimestamp();
        await IgnoreCancellationAsync(device.ListenAsync(
            frame =>
            {
                var report = new FrameReport(guest.TimeProvider.GetElapsedTime(start).TotalSeconds, frame.Length, FrameText.Describe(frame));
                Report(result, $"{report.Seconds,10:F6} {report.Description}");
                if (result.GetValue(_options.Json))
                {
                    ToolOutput.Json(report, ToolLineContext.Default.FrameReport);
                }

                if (++received == wanted)
                {
                    limit.Cancel();
                }

                return default;
            },
            ListenOptions.Default,
            either.Token));
        end.ThrowIfCancellationRequested();
        Report(result, $"{received} frames in {guest.TimeProvider.GetElapsedTime(start).TotalSeconds:F1} s");
    }

    private async Task SendAsync(ParseResult result, Guest guest, INetworkDevice device, CancellationToken end)
    {
        IPAddress target = result.GetRequiredValue(_target);
        ushort port = result.GetValue(_port);
        byte[] data = Encoding.UTF8.GetBytes(result.GetRequiredValue(_text));
        RequireRoom("the text", data.Length, device, UdpHeader.Size);
        await WithProbeAsync(result, guest, device, target, async (probe, mac) =>
        {
            await probe.SendAsync(target, mac, new UdpHeader(40_001, port), data, end);
            if (result.GetValue(_options.Json))
            {
                ToolOutput.Json(new SendReport(target.ToString(), mac.ToString(), port, data.Length), ToolJsonContext.Default.SendReport);
            }

            Report(result, $"sent {data.Length} bytes to {target}:{port}");
        }, end);
    }

    /// <summary>Listens meanwhile, resolves the target, and ends the listening whatever happens.</summary>
    private async Task WithProbeAsync(
        ParseResult result, Guest guest, INetworkDevice device, IPAddress target, Func<NetworkProbe, MacAddress, Task> body, CancellationToken end)
    {
        var probe = new NetworkProbe(device, result.GetRequiredValue(_own), guest.TimeProvider);
        using var done = new CancellationTokenSource();
        Task listening = probe.ListenAsync(done.Token);
        try
        {
            MacAddress mac = await probe.ResolveAsync(target, Timeout, end)
                ?? throw new ToolException($"nobody answered ARP for {target} on {device.Name} within {Timeout.TotalSeconds} s.");
            await body(probe, mac);
        }
        finally
        {
            done.Cancel();
            await IgnoreCancellationAsync(listening);
        }
    }

    private static void RequireRoom(string what, int length, INetworkDevice device, int header)
    {
        int room = device.Mtu - Ipv4Header.Size - header;
        if (length > room)
        {
            throw new ToolException($"{what} has {length} bytes: {device.Name} with an MTU of {device.Mtu} takes at most {room}.");
        }
    }

    private void Report(ParseResult result, string line)
    {
        if (!result.GetValue(_options.Json))
        {
            ToolOutput.Line(line);
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
        // Four numbers: the framework's parser takes "1" and "0x7f.1" for addresses too.
        if (text.Count(letter => letter == '.') == 3
            && IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
        {
            return address;
        }

        result.AddError($"'{text}' is no IPv4 address: expected four numbers with dots between, such as 192.0.2.1.");
        return null;
    }
}
