using Xen.Checks;

namespace Xen.Aot;

/// <summary>Runs checks as a native image runs them.</summary>
internal static class ChecksVerb
{
    public static int Run(IReadOnlyList<Check> checks, ulong seed, int runs)
    {
        int failed = 0;
        foreach (Check check in checks)
        {
            failed += RunOne(check, seed, runs) ? 0 : 1;
        }

        System.Console.WriteLine($"{checks.Count - failed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    private static bool RunOne(Check check, ulong seed, int runs)
    {
        try
        {
            long done = CheckRunner.Run(check, seed, runs);
            System.Console.WriteLine($"CHECK ok {check.Name} ({done} runs)");
            return true;
        }
        catch (CheckFailedException failure)
        {
            System.Console.WriteLine($"CHECK fail {check.Name}: {failure.Message}");
            return false;
        }
    }
}
