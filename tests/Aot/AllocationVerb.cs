using System.Globalization;
using Xen.Checks;
using Xen.Checks.Allocation;

namespace Xen.Aot;

/// <summary>Demands that no data path allocates, as a native image runs it.</summary>
internal static class AllocationVerb
{
    public static int Run(int operations)
    {
        int failed = 0;
        foreach (AllocationCheck check in AllocationList.All)
        {
            failed += RunOne(check, operations) ? 0 : 1;
        }

        System.Console.WriteLine($"{AllocationList.All.Count - failed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    private static bool RunOne(AllocationCheck check, int operations)
    {
        try
        {
            check.Run(operations);
            System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CHECK ok {check.Name} (0 bytes in {operations} operations)"));
            return true;
        }
        catch (CheckFailedException failure)
        {
            System.Console.WriteLine($"CHECK fail {check.Name}: {failure.Message}");
            return false;
        }
    }
}
