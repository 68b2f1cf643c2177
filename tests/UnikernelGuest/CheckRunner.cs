using System.Diagnostics;

namespace Xen.UnikernelGuest;

/// <summary>Runs checks of the base library one after another and says what came of each.</summary>
internal static class CheckRunner
{
    private static readonly (string Name, Action Check)[] Checks =
    [
        .. ExceptionChecks.All,
        .. MemoryChecks.All,
        .. PromiseChecks.All,
        .. ThreadChecks.All,
        .. TimeChecks.All,
        .. AsyncChecks.All,
        .. ValueChecks.All,
        .. UpcallChecks.All,
    ];

    public static int Run(string[] names)
    {
        int passed = 0;
        int failed = 0;
        foreach ((string name, Action check) in Checks)
        {
            if (names.Length > 0 && !names.Contains(name))
            {
                continue;
            }

            if (Run(name, check))
            {
                passed++;
            }
            else
            {
                failed++;
            }
        }

        System.Console.WriteLine($"CHECKS {passed} passed, {failed} failed");
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    /// <summary>Fails the check that calls it.</summary>
    public static void Require(bool condition, string expected)
    {
        if (!condition)
        {
            throw new CheckFailedException(expected);
        }
    }

    private static bool Run(string name, Action check)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            check();
            System.Console.WriteLine($"CHECK {name} ok {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
            return true;
        }
        catch (Exception exception)
        {
            System.Console.WriteLine($"CHECK {name} FAIL {exception}");
            return false;
        }
    }
}
