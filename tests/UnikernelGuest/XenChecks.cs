using Xen.Checks;

namespace Xen.UnikernelGuest;

/// <summary>The stack's own checks, fed with seeds, inside the guest.</summary>
internal static class XenChecks
{
    public static int Run(ulong seed, int runs, string[] parts)
    {
        int passed = 0;
        int failed = 0;
        foreach (Check check in CheckList.All.Where(check => parts.Length == 0 || parts.Any(check.Name.Contains)))
        {
            try
            {
                long done = Checks.CheckRunner.Run(check, seed, runs);
                System.Console.WriteLine($"CHECK {check.Name} ok {done} runs");
                passed++;
            }
            catch (Exception exception)
            {
                System.Console.WriteLine($"CHECK {check.Name} FAIL {exception}");
                failed++;
            }
        }

        System.Console.WriteLine($"CHECKS {passed} passed, {failed} failed");
        return failed == 0 && passed > 0 ? 0 : 1;
    }
}
