using FsCheck;
using FsCheck.Fluent;
using Xen.Simulation.Choices;

namespace Xen.Checks;

/// <summary>Feeds the list of checks to xunit: with consecutive seeds or exhaustively, and with lists of choices that FsCheck makes and shrinks.</summary>
internal static class CheckFeed
{
    /// <summary>The names of the checks that begin with one of the prefixes.</summary>
    internal static TheoryData<string> Named(params string[] prefixes) => new(Of(prefixes).Select(check => check.Name));

    /// <summary>Those of them that seeds or FsCheck can feed.</summary>
    internal static TheoryData<string> Seeded(params string[] prefixes) =>
        new(Of(prefixes).Where(check => check.Mode == CheckMode.Seeded).Select(check => check.Name));

    /// <summary>Demands that a check holds for the seeds from 1 on, or for every sequence of choices.</summary>
    internal static void Run(string name, int seeds) => Assert.NotEqual(0, CheckRunner.Run(CheckList.Named(name), 1, seeds));

    /// <summary>Demands that a check holds for lists of choices that FsCheck makes.</summary>
    internal static void RunWithFsCheck(string name, int lists)
    {
        Check check = CheckList.Named(name);
        Prop.ForAll<int[]>(choices => check.Body(new ReplayedChoice(choices))).Check(Config.QuickThrowOnFailure.WithMaxTest(lists));
    }

    private static IEnumerable<Check> Of(string[] prefixes) =>
        CheckList.All.Where(check => prefixes.Any(prefix => check.Name.StartsWith(prefix, StringComparison.Ordinal)));
}
