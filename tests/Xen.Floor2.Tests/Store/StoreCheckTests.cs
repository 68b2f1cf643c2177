using Xen.Checks;

namespace Xen.Floor2.Tests.Store;

/// <summary>The checks of the store.</summary>
public class StoreCheckTests
{
    private const int Seeds = 60;
    private const int FsCheckLists = 40;

    public static TheoryData<string> All() => CheckFeed.Named("store/");

    public static TheoryData<string> Seeded() => CheckFeed.Seeded("store/");

    [Theory]
    [MemberData(nameof(All))]
    public void Holds(string name) => CheckFeed.Run(name, Seeds);

    [Theory]
    [MemberData(nameof(Seeded))]
    public void Holds_for_what_FsCheck_makes(string name) => CheckFeed.RunWithFsCheck(name, FsCheckLists);
}
