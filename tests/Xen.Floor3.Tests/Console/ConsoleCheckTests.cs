using Xen.Checks;

namespace Xen.Floor3.Tests.Console;

/// <summary>The checks of the console's protocol and of both its ends.</summary>
public class ConsoleCheckTests
{
    private const int Seeds = 1_000;
    private const int FsCheckLists = 100;
    private const int DeviceSeeds = 100;
    private const int DeviceFsCheckLists = 20;

    public static TheoryData<string> Protocols() => CheckFeed.Named("console ");

    public static TheoryData<string> Devices() => CheckFeed.Named("consoledev");

    [Theory]
    [MemberData(nameof(Devices))]
    public void Holds_for_a_whole_device(string name) => CheckFeed.Run(name, DeviceSeeds);

    [Theory]
    [MemberData(nameof(Devices))]
    public void Holds_for_a_whole_device_and_what_FsCheck_makes(string name) => CheckFeed.RunWithFsCheck(name, DeviceFsCheckLists);

    [Theory]
    [MemberData(nameof(Protocols))]
    public void Holds(string name) => CheckFeed.Run(name, Seeds);

    [Theory]
    [MemberData(nameof(Protocols))]
    public void Holds_for_what_FsCheck_makes(string name) => CheckFeed.RunWithFsCheck(name, FsCheckLists);
}
