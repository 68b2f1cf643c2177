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
    [InlineData("--host=linux --seed=7", 64, "--seed is for the simulation: the linux host has its own world.")]
    public async Task A_wrong_word_is_refused(string words, int code, string expected)
    {
        ChildProcess child = await ChildProcess.RunAsync(Sample, words.Split(' '));
        Assert.Equal(code, child.ExitCode);
        Assert.Contains(expected, child.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", child.Error, StringComparison.Ordinal);
    }
}
