using FsCheck;
using FsCheck.Fluent;
using Xen.Checks;
using Xen.Simulation.Choices;
using Check = Xen.Checks.Check;

namespace Xen.Floor0.Tests.Rings;

/// <summary>The checks of the rings: with consecutive seeds or exhaustively, and with lists of choices that FsCheck makes and shrinks.</summary>
public class RingCheckTests
{
    private const int Seeds = 2_000;

    public static TheoryData<string> All() => new(CheckList.All.Where(Mine).Select(check => check.Name));

    public static TheoryData<string> Seeded() =>
        new(CheckList.All.Where(check => Mine(check) && check.Mode == CheckMode.Seeded).Select(check => check.Name));

    [Theory]
    [MemberData(nameof(All))]
    public void Holds(string name) => Assert.NotEqual(0, CheckRunner.Run(CheckList.Named(name), 1, Seeds));

    [Theory]
    [MemberData(nameof(Seeded))]
    public void Holds_for_what_FsCheck_makes(string name)
    {
        Check check = CheckList.Named(name);
        Prop.ForAll<int[]>(choices => check.Body(new ReplayedChoice(choices))).QuickCheckThrowOnFailure();
    }

    private static bool Mine(Check check) => check.Name.StartsWith("rings", StringComparison.Ordinal);
}
