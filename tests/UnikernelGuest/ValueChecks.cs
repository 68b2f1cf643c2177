using System.Globalization;
using System.Text;
using static Xen.UnikernelGuest.CheckRunner;

namespace Xen.UnikernelGuest;

/// <summary>Numbers, text, random bytes, the environment.</summary>
internal static class ValueChecks
{
    public static readonly (string, Action)[] All =
    [
        ("value-doubles", Doubles),
        ("value-text", Text),
        ("value-guids", Guids),
        ("value-environment", EnvironmentValues),
        ("value-files", Files),
        ("value-console", ConsoleStreams),
    ];

    private static void Doubles()
    {
        foreach (double value in (double[])[0.1, -1.5e300, double.Epsilon, Math.PI, 1.0 / 3])
        {
            string text = value.ToString("R", CultureInfo.InvariantCulture);
            Require(double.Parse(text, CultureInfo.InvariantCulture) == value, $"{text} back");
        }

        Require(Math.Abs(Math.Sin(1) - 0.8414709848078965) < 1e-15 && Math.Pow(2, 0.5) == Math.Sqrt(2), "sine, power");
        Require(decimal.Parse("79228162514264337593543950335", CultureInfo.InvariantCulture) == decimal.MaxValue, "the largest decimal");
    }

    private static void Text()
    {
        const string Sample = "Grüße, Ξένος, 日本 🐫";
        Require(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(Sample)) == Sample, "UTF-8 back");
        Require(Sample.ToUpperInvariant().StartsWith("GRÜSSE", StringComparison.Ordinal) || Sample.ToUpperInvariant().StartsWith("GRÜßE", StringComparison.Ordinal), "upper case");
    }

    private static void Guids()
    {
        var seen = new HashSet<Guid>();
        for (int i = 0; i < 1000; i++)
        {
            Require(seen.Add(Guid.NewGuid()), "no GUID twice");
        }
    }

    private static void EnvironmentValues()
    {
        Require(Environment.ProcessorCount == 1 || OperatingSystem.IsLinux(), "one processor");
        Require(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes > 1 << 20, "memory");
        Require(Environment.TickCount64 >= 0 && Environment.ProcessId > 0, "ticks and a process");
    }

    private static void Files()
    {
        Require(!File.Exists("/etc/hostname-of-nobody"), "no such file");
        bool isMissing = false;
        try
        {
            File.ReadAllBytes("/nowhere/file");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            isMissing = true;
        }

        Require(isMissing, "FileNotFoundException");
    }

    private static void ConsoleStreams()
    {
        System.Console.Out.Flush();
        System.Console.Error.WriteLine("value-console: on the error stream");
    }
}
