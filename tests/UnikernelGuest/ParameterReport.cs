using System.Collections;
using Xen.Platform;
using Xen.Unikernel;

namespace Xen.UnikernelGuest;

/// <summary>What became of the words of the command line: what the runtime took for its settings, and who got the rest.</summary>
internal static class ParameterReport
{
    public static int Say(string[] arguments)
    {
        Say("Main's", arguments);
        Say("the program's", BootArguments.Parse(UnikernelBoot.Read().CommandLine).Arguments);
        Say("environment", Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(static entry => $"{entry.Key}={entry.Value}"));
        Say("collector", GC.GetConfigurationVariables().Select(static setting => $"{setting.Key}={setting.Value}"));
        Say("limit", [$"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes}"]);
        return 0;
    }

    private static void Say(string what, IEnumerable<string> words)
    {
        foreach (string word in words)
        {
            System.Console.WriteLine($"{what} '{word}'");
        }
    }
}
