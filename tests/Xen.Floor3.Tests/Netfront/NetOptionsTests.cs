using Xen.Checks.Net;
using Xen.Netback;
using Xen.Netfront;
using Xen.Rings;

namespace Xen.Floor3.Tests.Netfront;

/// <summary>Options that are not what they can be are refused by name, before anything of the device is touched.</summary>
public class NetOptionsTests
{
    public static TheoryData<string, NetfrontOptions> Front() => new()
    {
        { nameof(NetfrontOptions.MaxQueues), new NetfrontOptions { MaxQueues = 0 } },
        { nameof(NetfrontOptions.MaxQueues), new NetfrontOptions { MaxQueues = 65 } },
        { nameof(NetfrontOptions.TransmitPages), new NetfrontOptions { TransmitPages = 17 } },
        { nameof(NetfrontOptions.TransmitPages), new NetfrontOptions { TransmitPages = 257 } },
        { nameof(NetfrontOptions.ReceivePages), new NetfrontOptions { ReceivePages = 63 } },
    };

    public static TheoryData<string, NetbackOptions> Back() => new()
    {
        { nameof(NetbackOptions.MaxQueues), new NetbackOptions { MaxQueues = 0 } },
        { nameof(NetbackOptions.MaxQueues), new NetbackOptions { MaxQueues = 65 } },
        { nameof(NetbackOptions.TransmitPages), new NetbackOptions { TransmitPages = 17 } },
        { nameof(NetbackOptions.ReceivePages), new NetbackOptions { ReceivePages = 17 } },
        { nameof(NetbackOptions.StallTimeout), new NetbackOptions { StallTimeout = TimeSpan.Zero } },
    };

    [Theory]
    [MemberData(nameof(Front))]
    public void A_front_end_names_the_option(string name, NetfrontOptions options) =>
        Run(async bench => ExpectNamed(name, await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await bench.OpenAsync(options))));

    // Thrown by the call: nobody learns of a task that ends later.
    [Theory]
    [MemberData(nameof(Back))]
    public void A_back_end_names_the_option(string name, NetbackOptions options) => Run(bench =>
    {
        ExpectNamed(name, Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            _ = NetbackServer.ServeAsync(bench.Simulation.Dom0.Ports, bench.Paths.Backend, options, (_, _) => Task.CompletedTask);
        }));
        return Task.CompletedTask;
    });

    [Fact]
    public void The_fewest_pages_are_enough() => Run(async bench =>
    {
        bench.Serve(new NetbackOptions { TransmitPages = Netif.MaxSlots, ReceivePages = Netif.MaxSlots });
        await using NetfrontDevice device = await bench.OpenAsync(new NetfrontOptions { TransmitPages = Netif.MaxSlots, ReceivePages = 64 });
        Assert.True(device.IsConnected);
    });

    private static void ExpectNamed(string name, ArgumentOutOfRangeException exception)
    {
        Assert.Equal(name, exception.ParamName);
        Assert.NotNull(exception.ActualValue);
    }

    private static void Run(Func<NetBench, Task> program)
    {
        using var bench = new NetBench(seed: 1);
        bench.Run(program);
    }
}
