using System.Diagnostics;
using System.Text.Json;

namespace Xen.Hosts.Tests.Tool;

[Collection(ConsoleCollection.Name)]
public sealed class NetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pings_are_answered()
    {
        string text = (await ToolRun.Of("net", "ping", "0", "192.0.2.1", "--count", "3", "--size", "1472")).Succeeded();
        Assert.Equal(4, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("3 of 3 answered", text, StringComparison.Ordinal);
        JsonElement report = (await ToolRun.Of("net", "ping", "#0", "192.0.2.1", "--json")).SucceededWithJson();
        Assert.Equal(
            ["target", "mac", "sent", "answered", "minimumMicroseconds", "medianMicroseconds", "maximumMicroseconds"],
            report.EnumerateObject().Select(property => property.Name));
        Assert.Equal(4, report.GetProperty("answered").GetInt32());
        Assert.Equal("fe:ff:ff:ff:ff:ff", report.GetProperty("mac").GetString());
    }

    [Fact]
    public async Task A_datagram_is_sent()
    {
        Assert.Equal("sent 5 bytes to 192.0.2.1:7\n", (await ToolRun.Of("net", "send", "0", "192.0.2.1", "hello")).Succeeded());
        JsonElement report = (await ToolRun.Of("net", "send", "device/vif/0", "192.0.2.1", "hello", "--port", "9", "--json")).SucceededWithJson();
        Assert.Equal(9, report.GetProperty("port").GetInt32());
        Assert.Equal(5, report.GetProperty("bytes").GetInt32());
    }

    [Fact]
    public async Task Listening_ends_with_its_time()
    {
        Assert.Equal("0 frames in 2.0 s\n", (await ToolRun.Of("net", "listen", "0", "--seconds", "2")).Succeeded());
        Assert.Equal("", (await ToolRun.Of("net", "listen", "0", "--seconds", "0.5", "--json")).Succeeded());
    }

    [Fact]
    public async Task Listening_ends_with_its_count_its_time_or_never()
    {
        (await ToolRun.Of("net", "listen", "0")).Refused(1, "wait for ever", "simulation");
        (await ToolRun.Of("net", "listen", "0", "--count", "5")).Refused(1, "wait for ever", "simulation");
        Assert.Equal("0 frames in 0.1 s\n", (await ToolRun.Of("net", "listen", "0", "--count", "5", "--seconds", "0.1")).Succeeded());
    }

    [Fact]
    public async Task What_cannot_be_done_is_one_line_that_says_what_and_where()
    {
        (await ToolRun.Of("net", "ping", "5", "192.0.2.1")).Refused(1, "open vif 5", "there are: 0");
        (await ToolRun.Of("net", "ping", "0", "198.51.100.7")).Refused(1, "198.51.100.7", "device/vif/0", "ARP");
        (await ToolRun.Of("net", "ping", "0", "192.0.2.1", "--size", "1473")).Refused(1, "--size has 1473 bytes", "MTU of 1500", "at most 1472");
        (await ToolRun.Of("net", "send", "0", "192.0.2.1", new string('x', 2000))).Refused(1, "the text has 2000 bytes", "at most 1472");
        (await ToolRun.Of("net", "ping", "0", "192.0.2.1", "--pcap", "/nowhere/x.pcapng")).Refused(1, "cannot write /nowhere/x.pcapng");
        (await ToolRun.Of("net", "ping", "0", "192.0.2.1", "--pcap", "/dev/full")).Refused(1, "/dev/full", "No space left");
        (await ToolRun.Of("net", "ping", "0", "192.0.2.1", "--pcap", "/")).Refused(1, "cannot write /");
    }

    [Theory]
    [InlineData("'foo' is no IPv4 address", "net", "ping", "0", "foo")]
    [InlineData("'1' is no IPv4 address", "net", "ping", "0", "1")]
    [InlineData("'::1' is no IPv4 address", "net", "ping", "0", "::1")]
    [InlineData("--count is '-3'", "net", "ping", "0", "192.0.2.1", "--count=-3")]
    [InlineData("--size is '100000'", "net", "ping", "0", "192.0.2.1", "--size", "100000")]
    [InlineData("--port is '65536'", "net", "send", "0", "192.0.2.1", "x", "--port", "65536")]
    [InlineData("--seconds is 'x'", "net", "listen", "0", "--seconds", "x")]
    public async Task A_wrong_word_is_refused(string expected, params string[] args) =>
        (await ToolRun.Of(args)).Refused(64, expected, "--help");

    [TsharkFact]
    public async Task A_capture_opens_in_tshark_with_every_frame()
    {
        string file = _folder["ping.pcapng"];
        (await ToolRun.Of("net", "ping", "0", "192.0.2.1", "--count", "3", "--size", "1000", "--pcap", file)).Succeeded();
        var start = new ProcessStartInfo(TsharkFactAttribute.Tshark!, ["-r", file, "-T", "fields", "-e", "frame.protocols", "-e", "icmp.type", "-e", "frame.len", "-o", "ip.check_checksum:TRUE"])
        {
            RedirectStandardOutput = true,
        };
        using Process tshark = Process.Start(start)!;
        string output = await tshark.StandardOutput.ReadToEndAsync();
        await tshark.WaitForExitAsync();
        Assert.Equal(0, tshark.ExitCode);
        string[] frames = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(8, frames.Length);
        Assert.Equal(2, frames.Count(frame => frame.StartsWith("eth:ethertype:arp", StringComparison.Ordinal)));
        Assert.Equal(3, frames.Count(frame => frame.Contains("icmp", StringComparison.Ordinal) && frame.EndsWith("8\t1042", StringComparison.Ordinal)));
        Assert.Equal(3, frames.Count(frame => frame.Contains("icmp", StringComparison.Ordinal) && frame.EndsWith("0\t1042", StringComparison.Ordinal)));
    }
}
