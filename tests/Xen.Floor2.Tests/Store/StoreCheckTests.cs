using Xen.Checks;
using Xen.Simulation.Choices;

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

    // A number beside that of a request may be another one's: that of a read which was cancelled, whose answer nobody misses.
    [Fact]
    public void A_daemon_that_answers_with_a_wrong_number_answers_nobody() =>
        CheckList.Named("store/R14: the client against any daemon").Body(new ReplayedChoice([1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1]));
}
