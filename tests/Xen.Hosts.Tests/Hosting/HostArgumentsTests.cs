using Microsoft.Extensions.Logging;
using Xen.Hosting;

namespace Xen.Hosts.Tests.Hosting;

public class HostArgumentsTests
{
    [Fact]
    public void Host_words_are_taken_out_and_the_rest_is_the_programs()
    {
        HostArguments? arguments = HostArguments.TryParse(["serve", "--host", "linux", "--seed=7", "--port", "80", "--", "--log", "x"], out _);
        Assert.NotNull(arguments);
        Assert.Equal("linux", arguments.Host);
        Assert.Equal(7UL, arguments.Seed);
        Assert.Equal(["serve", "--port", "80", "--log", "x"], arguments.Rest);
    }

    [Theory]
    [InlineData("--seed", "--seed needs a value.")]
    [InlineData("--seed=-1", "--seed is '-1'")]
    [InlineData("--seed=+1", "--seed is '+1'")]
    [InlineData("--seed= 1", "--seed is ' 1'")]
    [InlineData("--log=loud", "'loud' in 'loud' is no log threshold")]
    [InlineData("--log=Xen.Store:", "'Xen.Store:' in 'Xen.Store:' is no log threshold")]
    public void A_bad_value_is_an_error_that_says_what_was_expected(string word, string expected)
    {
        Assert.Null(HostArguments.TryParse([word], out string error));
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_matching_category_decides()
    {
        LogThresholds? thresholds = LogThresholds.TryParse("error,Xen.:info,Xen.Blkfront:debug", out _);
        Assert.NotNull(thresholds);
        Assert.Equal(LogLevel.Error, thresholds.For("App"));
        Assert.Equal(LogLevel.Information, thresholds.For("Xen.Store"));
        Assert.Equal(LogLevel.Debug, thresholds.For("Xen.Blkfront.Queue"));
    }
}
