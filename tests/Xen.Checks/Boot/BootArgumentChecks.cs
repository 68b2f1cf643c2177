using System.Globalization;
using System.Text;
using Xen.Platform;
using Xen.Simulation.Choices;

namespace Xen.Checks.Boot;

/// <summary>The guest's command line.</summary>
internal static class BootArgumentChecks
{
    private static readonly string[] LinuxWords =
    [
        "root=/dev/xvda1", "ro", "console=hvc0", "quiet", "nomodeset", "nopat", "swiotlb=2048", "earlyprintk=xen", "systemd.unit=rescue.target",
        "rd.plymouth.enable=0", "rd_NO_PLYMOUTH", "plymouth.enable=0", "clocksource=tsc", "xen_scrub_pages=0", "-s", "BOOT_IMAGE=/vmlinuz", "selinux=1",
    ];

    private static readonly string[] Suffixes = ["", "K", "m", "G"];

    public static void RoundTrip(IChoice choice)
    {
        var line = new StringBuilder();
        var arguments = new List<string>();
        var environment = new Dictionary<string, string>();
        string? log = null;
        for (int i = choice.Next(12); i > 0; i--)
        {
            line.Append(" \t\n"[choice.Next(3)]);
            switch (choice.Next(6))
            {
                case 0:
                    line.Append(LinuxWords[choice.Next(LinuxWords.Length)]);
                    break;
                case 1:
                    string setting = Words.Text(choice, 8, "abc =");
                    environment["DOTNET_Setting"] = setting;
                    line.Append('"').Append("DOTNET_Setting=").Append(setting).Append('"');
                    break;
                case 2:
                    int size = 1 + choice.Next(4096), shift = choice.Next(4);
                    environment["DOTNET_GCHeapHardLimit"] = ((long)size << (10 * shift)).ToString("X", CultureInfo.InvariantCulture);
                    line.Append("--gc-heap-hard-limit").Append("= "[choice.Next(2)]).Append(size).Append(Suffixes[shift]);
                    break;
                case 3:
                    log = "a" + Words.Text(choice, 8, "bc=* ");
                    line.Append("--log").Append("= "[choice.Next(2)]).Append('"').Append(log).Append('"');
                    break;
                default:
                    string word = "w" + Words.Text(choice, 10, "abc \t=-");
                    arguments.Add(word);
                    line.Append("w\"").Append(word.AsSpan(1)).Append('"');
                    break;
            }
        }

        if (choice.Next(2) == 0)
        {
            line.Append(" -- --log ro");
            arguments.AddRange(["--log", "ro"]);
        }

        BootArguments result = BootArguments.Parse(line.ToString());
        Expect.That(result.Arguments.SequenceEqual(arguments), $"'{line}' gives the words {string.Join('|', result.Arguments)}.");
        Expect.That(result.Environment.OrderBy(pair => pair.Key).SequenceEqual(environment.OrderBy(pair => pair.Key)), $"'{line}' gives the settings {string.Join('|', result.Environment)}.");
        Expect.Equal(log, result.LogRules, "log rules");
        Expect.Equal(false, result.IsHelpRequested, "help is wanted");
    }

    public static void AnyLineEnds(IChoice choice)
    {
        string[] pieces =
        [
            "--", "--gc-heap-hard-limit", "--gc-conserve-memory", "--log", "--help", "=", " ", "\"", "9", "10", "99999999999999999999", "G", "-1", "DOTNET_", "x", "root=",
        ];
        var line = new StringBuilder();
        for (int i = choice.Next(10); i > 0; i--)
        {
            line.Append(pieces[choice.Next(pieces.Length)]);
        }

        try
        {
            BootArguments result = BootArguments.Parse(line.ToString());
            bool isConserved = result.Environment.All(pair => pair.Key != "DOTNET_GCConserveMemory" || pair.Value is [>= '0' and <= '9']);
            Expect.That(isConserved, $"'{line}' is out of range and was taken.");
        }
        catch (FormatException refused)
        {
            Expect.That(refused.Message.Length > 20, $"A refusal without a name: {refused.Message}");
        }
    }
}
