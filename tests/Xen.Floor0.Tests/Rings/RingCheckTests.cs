using Xen.Checks;

namespace Xen.Floor0.Tests.Rings;

/// <summary>The checks of the rings.</summary>
public class RingCheckTests
{
    private const int Seeds = 2_000;
    private const int FsCheckLists = 100;

    public static TheoryData<string> All() => CheckFeed.Named("rings");

    public static TheoryData<string> Seeded() => CheckFeed.Seeded("rings");

    [Theory]
    [MemberData(nameof(All))]
    public void Holds(string name) => CheckFeed.Run(name, Seeds);

    [Theory]
    [MemberData(nameof(Seeded))]
    public void Holds_for_what_FsCheck_makes(string name) => CheckFeed.RunWithFsCheck(name, FsCheckLists);
}
