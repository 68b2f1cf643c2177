using Xen.Checks;

namespace Xen.Floor1.Tests;

/// <summary>The checks of event channels and grant tables.</summary>
public class CheckTests
{
    private const int Seeds = 100;
    private const int FsCheckLists = 100;

    public static TheoryData<string> All() => CheckFeed.Named("events/", "grants/");

    public static TheoryData<string> Seeded() => CheckFeed.Seeded("events/", "grants/");

    [Theory]
    [MemberData(nameof(All))]
    public void Holds(string name) => CheckFeed.Run(name, Seeds);

    [Theory]
    [MemberData(nameof(Seeded))]
    public void Holds_for_what_FsCheck_makes(string name) => CheckFeed.RunWithFsCheck(name, FsCheckLists);
}
