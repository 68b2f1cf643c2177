using Xen.Checks;

namespace Xen.Floor3.Tests.Netfront;

/// <summary>The checks of the network protocols and devices.</summary>
public class NetCheckTests
{
    private const int Seeds = 1_000;
    private const int FsCheckLists = 100;
    private const int DeviceSeeds = 60;
    private const int DeviceFsCheckLists = 10;

    public static TheoryData<string> Protocols() => CheckFeed.Named("net ", "net:");

    public static TheoryData<string> Devices() => CheckFeed.Named("netdev");

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
