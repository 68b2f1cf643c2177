using FsCheck;
using FsCheck.Fluent;
using Xen.Checks;
using Xen.Simulation.Choices;
using Check = Xen.Checks.Check;

namespace Xen.Floor3.Tests.Blkfront;

/// <summary>The checks of the block protocols: with consecutive seeds, and with lists of choices that FsCheck makes and shrinks.</summary>
public class BlkCheckTests
{
    private const int Seeds = 1_000;
    private const int DeviceSeeds = 60;

    public static TheoryData<string> Protocols() => Named("blk ");

    public static TheoryData<string> Devices() => Named("blkdev");

    [Theory]
    [MemberData(nameof(Devices))]
    public void Holds_for_a_whole_device(string name) => Assert.NotEqual(0, CheckRunner.Run(CheckList.Named(name), 1, DeviceSeeds));

    [Theory]
    [MemberData(nameof(Devices))]
    public void Holds_for_a_whole_device_and_what_FsCheck_makes(string name)
    {
        Check check = CheckList.Named(name);
        Prop.ForAll<int[]>(choices => check.Body(new ReplayedChoice(choices))).Check(Config.QuickThrowOnFailure.WithMaxTest(10));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public void Holds(string name) => Assert.NotEqual(0, CheckRunner.Run(CheckList.Named(name), 1, Seeds));

    [Theory]
    [MemberData(nameof(Protocols))]
    public void Holds_for_what_FsCheck_makes(string name)
    {
        Check check = CheckList.Named(name);
        Prop.ForAll<int[]>(choices => check.Body(new ReplayedChoice(choices))).QuickCheckThrowOnFailure();
    }

    private static TheoryData<string> Named(string prefix) =>
        new(CheckList.All.Where(check => check.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(check => check.Name));
}
