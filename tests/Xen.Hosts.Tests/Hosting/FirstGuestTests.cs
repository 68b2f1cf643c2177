using System.Reflection;

namespace Xen.Hosts.Tests.Hosting;

/// <summary>The first sample, as a newcomer runs it.</summary>
public class FirstGuestTests
{
    private static readonly Assembly Sample = Assembly.Load("first-guest");

    [Fact]
    public async Task It_reports_its_store_disk_and_network_and_exits_0()
    {
        ChildProcess child = await ChildProcess.RunAsync(Sample, []);
        Assert.Equal("", child.Error);
        Assert.Equal(0, child.ExitCode);
        foreach (string expected in new[] { "'first-guest' on the simulation host", "flushed and read back", "1472 bytes: ping answered, UDP echoed", "req_prod=", "done" })
        {
            Assert.Contains(expected, child.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("bogus", 64, "'bogus' is not known")]
    [InlineData("--host=mars", 64, "There is no host 'mars'")]
    [InlineData("--seed=x", 64, "--seed is 'x'")]
    public async Task A_wrong_word_is_refused(string word, int code, string expected)
    {
        ChildProcess child = await ChildProcess.RunAsync(Sample, [word]);
        Assert.Equal(code, child.ExitCode);
        Assert.Contains(expected, child.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", child.Error, StringComparison.Ordinal);
    }
}
