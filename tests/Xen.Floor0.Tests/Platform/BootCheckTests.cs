using Xen.Checks;

namespace Xen.Floor0.Tests.Platform;

/// <summary>The checks of what a guest is born with, and of its clock.</summary>
public class BootCheckTests
{
    public static TheoryData<string> All() => CheckFeed.Named("platform", "clock");

    [Theory]
    [MemberData(nameof(All))]
    public void Holds(string name) => CheckFeed.Run(name, 300);

    [Theory]
    [MemberData(nameof(All))]
    public void Holds_for_what_FsCheck_makes(string name) => CheckFeed.RunWithFsCheck(name, 100);
}
