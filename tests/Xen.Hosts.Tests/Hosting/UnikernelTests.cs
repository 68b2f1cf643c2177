using System.Reflection;

namespace Xen.Hosts.Tests.Hosting;

/// <summary>The sample that is a unikernel, as <c>dotnet run</c> starts it: in the simulation, with a visitor. The lab runs it on a real Xen.</summary>
public class UnikernelTests
{
    private static readonly Assembly Sample = Assembly.Load("unikernel");

    // What the guest and its visitor say, in order.
    private static readonly string[] Visit =
    [
        "'unikernel' on the simulation host",
        "device/vif/0 answers for 192.0.2.2",
        "dom0     192.0.2.2 is at 00:16:3e:00:00:01",
        "dom0     1472 bytes: ping answered, UDP echoed",
        "dom0     65488 bytes: ping answered, UDP echoed",
        "vif 0 left.",
        "vbd 51728 came.",
        "device/vbd/51728 is xvdb: 4 MiB",
        "dom0     ok wrote 4 MiB of seed 7 to xvdb",
        "dom0     the disk holds the 4 MiB of seed 7",
        "dom0     ok verified 4 MiB of seed 7 on xvdb, CRC-32C 75bf87ef",
        "dom0     asks the guest to power off",
    ];

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("3")]
    public async Task It_serves_what_comes_lets_go_of_what_leaves_and_stops_when_it_is_asked(string seed)
    {
        ChildProcess child = await ChildProcess.RunAsync(Sample, ["--seed", seed]);
        Assert.True(child.ExitCode == 0, child.Output + child.Error);
        // The program prints to one stream and logs to the other; each has its order.
        AssertInOrder(child.Output, Visit.Where(line => !IsLog(line)));
        AssertInOrder(child.Error, [.. Visit.Where(IsLog), "vbd 51728 left."]);
        Assert.Contains("vbd 51712 left.", child.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("warn ", child.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--exit 3", 3, "")]
    [InlineData("--reboot", 75, "")]
    [InlineData("--crash", 134, "--crash was asked for.")]
    [InlineData("--help", 0, "")]
    [InlineData("bogus", 64, "'bogus' is not known; expected:")]
    [InlineData("--exit 256", 64, "--exit is '256': expected a whole number from 0 to 255.")]
    [InlineData("--exit", 64, "--exit needs a value.")]
    [InlineData("--ip fe80::1", 64, "--ip is 'fe80::1': expected an IPv4 address such as 10.0.0.2.")]
    public async Task Each_end_has_its_exit_code(string words, int code, string expected)
    {
        ChildProcess child = await ChildProcess.RunAsync(Sample, words.Split(' '));
        Assert.Equal(code, child.ExitCode);
        Assert.Contains(expected, child.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_given_is_the_first_interfaces()
    {
        ChildProcess child = await ChildProcess.RunAsync(Sample, ["--ip", "192.0.2.9/24"]);
        Assert.Equal(0, child.ExitCode);
        Assert.Contains("device/vif/0 answers for 192.0.2.9: ", child.Error, StringComparison.Ordinal);
        Assert.Contains("dom0     192.0.2.9 is at 00:16:3e:00:00:01", child.Output, StringComparison.Ordinal);
    }

    private static bool IsLog(string line) => line.Contains("came.", StringComparison.Ordinal)
        || line.Contains("left.", StringComparison.Ordinal)
        || line.StartsWith("device/", StringComparison.Ordinal);

    private static void AssertInOrder(string text, IEnumerable<string> lines)
    {
        int at = 0;
        foreach (string line in lines)
        {
            int found = text.IndexOf(line, at, StringComparison.Ordinal);
            Assert.True(found >= 0, $"'{line}' is not there, or not in its place:\n{text}");
            at = found;
        }
    }
}
