using FsCheck;
using FsCheck.Fluent;
using Xen.Checks;
using Xen.Simulation.Choices;
using Check = Xen.Checks.Check;

namespace Xen.Floor2.Tests.Store;

/// <summary>The checks of the store: with consecutive seeds, and with lists of choices that FsCheck makes and shrinks.</summary>
public class StoreCheckTests
{
    private const int Seeds = 60;
    private const int FsCheckRuns = 40;

    public static TheoryData<string> All() =>
        new(CheckList.All.Where(check => check.Name.StartsWith("store/", StringComparison.Ordinal)).Select(check => check.Name));

    [Theory]
    [MemberData(nameof(All))]
    public void Holds(string name) => Assert.NotEqual(0, CheckRunner.Run(CheckList.Named(name), 1, Seeds));

    [Theory]
    [MemberData(nameof(All))]
    public void Holds_for_what_FsCheck_makes(string name)
    {
        Check check = CheckList.Named(name);
        Prop.ForAll<int[]>(choices => check.Body(new ReplayedChoice(choices))).Check(Config.QuickThrowOnFailure.WithMaxTest(FsCheckRuns));
    }
}
