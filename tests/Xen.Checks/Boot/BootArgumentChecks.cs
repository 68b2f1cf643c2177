using System.Globalization;
using System.Text;
using Xen.Platform;
using Xen.Simulation.Choices;

namespace Xen.Checks.Boot;

/// <summary>The guest's command line.</summary>
internal static class BootArgumentChecks
{
    // What qubes get of QubesOS 4.2, of a template with SELinux; of 4.1, with AppArmor; of 4.0, with a PCI device. Xen's own toolstack has the first word.
    private static readonly string[] ToolstackLines =
    [
        "root=/dev/mapper/dmroot ro nomodeset console=hvc0 rd_NO_PLYMOUTH rd.plymouth.enable=0 plymouth.enable=0 clocksource=tsc "
            + "xen_privcmd.unrestricted xen_scrub_pages=0 swiotlb=2048 selinux=1 security=selinux",
        "root=/dev/mapper/dmroot ro nomodeset console=hvc0 rd_NO_PLYMOUTH rd.plymouth.enable=0 plymouth.enable=0 xen_scrub_pages=0 swiotlb=2048 "
            + "apparmor=1 security=apparmor",
        "root=/dev/mapper/dmroot ro nomodeset console=hvc0 rd_NO_PLYMOUTH rd.plymouth.enable=0 plymouth.enable=0 nopat iommu=soft swiotlb=8192",
    ];

    private static readonly string[] LinuxWords = [.. ToolstackLines.SelectMany(static line => line.Split(' ')).Distinct()];

    // Words of a program that only look like those.
    private static readonly string[] ProgramWords =
    [
        "root", "console", "rowing", "rootwait=1", "rooted=1", "-", "-st", "-5", "=root", "xen", "net", "DOTNET", "-h", "-v", "quiet", "debug", "single", "rw",
        "ip=10.0.0.2", "panic=1", "init=/x", "video=x", "swiotlb", "nopat=1", "iommu=on", "security=none", "apparmor=0", "xen_own=1", "rd.own=1", "ro=1",
        "dotnet_A=1", "a\u00A0b", "\u0085", "-log",
    ];

    // What is wrong, and what must be said of it.
    private static readonly (string Words, string Said)[] Faults =
    [
        ("--unknown=1", "'--unknown' is no option. Known are --gc-heap-hard-limit, "),
        ("--Log=a", "'--Log' is no option."),
        ("--=", "'--' is no option."),
        ("--help=1", "--help takes no value, but has '1'."),
        ("--cooperative=", "--cooperative takes no value, but has ''."),
        ("--two-level-events=1", "--two-level-events takes no value, but has '1'."),
        ("--gc-conserve-memory=10", "--gc-conserve-memory: '10', expected a number from 0 to 9."),
        ("--gc-conserve-memory -1", "--gc-conserve-memory: '-1', expected a number from 0 to 9."),
        ("--gc-conserve-memory=+1", "--gc-conserve-memory: '+1', expected"),
        ("--gc-conserve-memory=0K", "--gc-conserve-memory: '0K', expected"),
        ("--gc-conserve-memory=", "--gc-conserve-memory: '', expected"),
        ("--gc-conserve-memory=\" 1\"", "--gc-conserve-memory: ' 1', expected"),
        ("--gc-conserve-memory=0x1", "--gc-conserve-memory: '0x1', expected"),
        ("--gc-heap-hard-limit-percent=0", "--gc-heap-hard-limit-percent: '0', expected a number from 1 to 99."),
        ("--gc-heap-hard-limit-percent=100", "--gc-heap-hard-limit-percent: '100', expected"),
        ("--gc-heap-hard-limit=0", "--gc-heap-hard-limit: '0', expected a number of bytes from 1 on"),
        ("--gc-heap-hard-limit=G", "--gc-heap-hard-limit: 'G', expected"),
        ("--gc-heap-hard-limit=1T", "--gc-heap-hard-limit: '1T', expected"),
        ("--gc-heap-hard-limit=", "--gc-heap-hard-limit: '', expected"),
        // 2^34 + 1 times 2^30 bytes: what would be left of it is 1 GiB.
        ("--gc-heap-hard-limit=17179869185G", "--gc-heap-hard-limit: '17179869185G', expected"),
        ("--gc-heap-hard-limit=9223372036854775808", "--gc-heap-hard-limit: '9223372036854775808', expected"),
        ("DOTNET_=1", "'DOTNET_=1' is no setting of the runtime"),
        ("DOTNET_A", "'DOTNET_A' is no setting of the runtime"),
        ("DOTNET_A-B=1", "'DOTNET_A-B=1' is no setting of the runtime"),
        ("DOTNET_\u00E4=1", "is no setting of the runtime"),
        ("w\"w", "The command line ends inside double quotes."),
    ];

    private static readonly string[] Suffixes = ["", "K", "m", "G"];

    public static void RoundTrip(IChoice choice)
    {
        var line = new StringBuilder();
        var arguments = new List<string>();
        var passedOver = new List<string>();
        var environment = new Dictionary<string, string>();
        string? log = null;
        for (int i = choice.Next(12); i > 0; i--)
        {
            line.Append(" \t\n"[choice.Next(3)]);
            switch (choice.Next(6))
            {
                case 0:
                    passedOver.Add(LinuxWords[choice.Next(LinuxWords.Length)]);
                    line.Append(passedOver[^1]);
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
        Expect.That(result.PassedOver.SequenceEqual(passedOver), $"'{line}' has the words for Linux {string.Join('|', result.PassedOver)}.");
        Expect.That(result.Environment.OrderBy(pair => pair.Key).SequenceEqual(environment.OrderBy(pair => pair.Key)), $"'{line}' gives the settings {string.Join('|', result.Environment)}.");
        Expect.Equal(log, result.LogRules, "log rules");
        Expect.Equal(false, result.IsHelpRequested, "help is wanted");
    }

    public static void FaultsAreRefusedByName(IChoice choice)
    {
        (string words, string said) = Faults[choice.Next(Faults.Length)];
        string before = choice.Next(2) == 0 ? "" : "root=/dev/xvda word --cooperative ", behind = choice.Next(2) == 0 ? "" : " ro other";
        ExpectRefusal(before + words + behind, said);
        ExpectRefusal(before + "--log", "--log needs a value, and the command line ends.");
        // Behind the end of the options nothing is one.
        BootArguments result = BootArguments.Parse(before + "-- --unknown");
        Expect.Equal("--unknown", result.Arguments[^1], "the last word");
    }

    public static void LimitsAreTaken(IChoice choice)
    {
        long most = choice.Next(2) == 0 ? long.MaxValue : (1L << 33) - 1;
        string size = $"--gc-gen0-size={most}{(most == long.MaxValue ? "" : "G")}";
        string line = size + " --gc-conserve-memory=9 DOTNET_b_2= --gc-gen0-size 1 DOTNET_a=1 DOTNET_b_2=x=\"y z\" \"\"";
        string option = choice.Next(4) switch { 0 => "", 1 => BootOptions.Help, 2 => BootOptions.TwoLevelEvents, _ => BootOptions.Cooperative };
        BootArguments least = BootArguments.Parse($"{line} {option}");
        string settings = string.Join(' ', least.Environment.Select(static pair => $"{pair.Key}={pair.Value}"));
        Expect.Equal("DOTNET_GCgen0size=1 DOTNET_GCConserveMemory=9 DOTNET_b_2=x=y z DOTNET_a=1", settings, "settings");
        Expect.Equal(1, least.Arguments.Count(static word => word.Length == 0), "empty words");
        Expect.Equal(option == BootOptions.Help, least.IsHelpRequested, "help is wanted");
        Expect.Equal(option == BootOptions.TwoLevelEvents, least.IsTwoLevelEvents, "two levels are wanted");
        long taken = Convert.ToInt64(BootArguments.Parse(size).Environment.Single().Value, 16);
        Expect.Equal(most == long.MaxValue ? most : most << 30, taken, "the most bytes");
        string toolstack = ToolstackLines[choice.Next(ToolstackLines.Length)];
        BootArguments own = BootArguments.Parse($"{toolstack} own root");
        Expect.That(own.Arguments.SequenceEqual(["own", "root"]), $"Words of the program beside a toolstack's: {string.Join(' ', own.Arguments)}.");
        Expect.Equal(toolstack, string.Join(' ', own.PassedOver), "words of the toolstack");
        string[] words = [.. Enumerable.Range(0, choice.Next(8)).Select(_ => ProgramWords[choice.Next(ProgramWords.Length)])];
        Expect.That(BootArguments.Parse(string.Join(" ro ", words)).Arguments.SequenceEqual(words), $"Words of the program: {string.Join(" ro ", words)}.");
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

    private static void ExpectRefusal(string line, string said)
    {
        try
        {
            BootArguments.Parse(line);
        }
        catch (FormatException refused)
        {
            Expect.That(refused.Message.Contains(said, StringComparison.Ordinal), $"'{refused.Message}' does not say '{said}'.");
            return;
        }

        throw new CheckFailedException($"'{line}' was taken, expected '{said}'.");
    }
}
