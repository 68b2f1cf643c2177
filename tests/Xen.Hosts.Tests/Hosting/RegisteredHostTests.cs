using Xen.Hosting;

namespace Xen.Hosts.Tests.Hosting;

/// <summary>A host that a package brings. <c>BareMetalTests</c> has the image in which it is the only one.</summary>
public class RegisteredHostTests
{
    [Fact]
    public async Task It_is_found_by_name_and_told_the_programs_words_once_it_is_registered()
    {
        string[] args = ["--host", "phobos", "word"];
        Assert.Equal(GuestExit.UsageCode, await XenGuest.RunAsync(args, _ => Task.CompletedTask));
        var host = new PhobosHost();
        XenGuest.Register(host);
        XenGuest.Register(new PhobosHost());
        Assert.Equal(17, await XenGuest.RunAsync(args, _ => Task.CompletedTask));
        Assert.Equal(1, host.Runs);
        Assert.Equal("phobos", host.Settings!.Host);
    }

    [Theory]
    [InlineData("simulation")]
    [InlineData("linux")]
    public void It_cannot_take_the_name_of_another(string name)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => XenGuest.Register(new NamedHost(name)));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_bare_metal_that_was_not_built_so() => Assert.False(XenGuest.IsBareMetal);

    private sealed class PhobosHost : IGuestHost
    {
        public string Name => "phobos";

        public int Runs { get; private set; }

        public GuestSettings? Settings { get; private set; }

        public int Run(GuestSettings settings, Func<GuestPorts, Task<GuestExit>> body)
        {
            Runs++;
            Settings = settings;
            return 17;
        }
    }

    private sealed class NamedHost(string name) : IGuestHost
    {
        public string Name => name;

        public int Run(GuestSettings settings, Func<GuestPorts, Task<GuestExit>> body) => 0;
    }
}
