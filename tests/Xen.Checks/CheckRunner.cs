using Xen.Simulation.Choices;

namespace Xen.Checks;

/// <summary>Feeds checks: the same functions under xunit, under NativeAOT and inside a guest.</summary>
public static class CheckRunner
{
    /// <summary>Runs a seeded check with consecutive seeds, an exhaustive one with every sequence of choices.</summary>
    /// <param name="check">The check.</param>
    /// <param name="firstSeed">The first seed; ignored when exhaustive.</param>
    /// <param name="runs">How many seeds; ignored when exhaustive.</param>
    /// <returns>How many runs there were.</returns>
    /// <exception cref="CheckFailedException">The check does not hold; the message tells how to replay.</exception>
    public static long Run(Check check, ulong firstSeed, int runs)
    {
        ArgumentNullException.ThrowIfNull(check);
        return check.Mode == CheckMode.Exhaustive ? RunExhaustively(check) : RunSeeds(check, firstSeed, runs);
    }

    // Whatever else is thrown is a failure, too: it needs its kind said, and its seed as much as any other.
    private static string Describe(Exception failure) => failure is CheckFailedException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}";

    private static int RunSeeds(Check check, ulong firstSeed, int runs)
    {
        for (int i = 0; i < runs; i++)
        {
            ulong seed = firstSeed + (ulong)i;
            try
            {
                check.Body(new SeededChoice(seed));
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                throw new CheckFailedException(
                    $"{check.Name}, seed {seed}: {Describe(failure)} Replay: CheckRunner.Run(CheckList.Named(\"{check.Name}\"), {seed}, 1).", failure);
            }
        }

        return runs;
    }

    private static long RunExhaustively(Check check)
    {
        var choice = new ExhaustiveChoice();
        while (choice.MoveNext())
        {
            try
            {
                check.Body(choice);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                throw new CheckFailedException(
                    $"{check.Name}, run {choice.Runs}: {Describe(failure)} Replay: new ReplayedChoice([{string.Join(", ", choice.Path)}]).", failure);
            }
        }

        return choice.Runs;
    }
}
