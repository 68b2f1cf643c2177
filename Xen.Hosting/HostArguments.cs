using System.Globalization;

namespace Xen.Hosting;

/// <summary>
/// The words of a command line that are meant for the host, taken out; the rest is the program's.
/// <c>--host NAME</c>, <c>--seed N</c>, <c>--log THRESHOLDS</c>; each also as <c>--name=value</c>. Everything behind <c>--</c> is the program's.
/// </summary>
internal sealed class HostArguments
{
    private HostArguments()
    {
    }

    public string? Host { get; private set; }

    public ulong? Seed { get; private set; }

    public LogThresholds? Thresholds { get; private set; }

    public IReadOnlyList<string> Rest { get; private set; } = [];

    /// <summary>Reads a command line.</summary>
    /// <exception cref="GuestUsageException">A host option cannot be understood.</exception>
    public static HostArguments Parse(IReadOnlyList<string> args) => TryParse(args, out string error) ?? throw new GuestUsageException(error);

    /// <summary>Reads a command line. <see langword="null"/> and what was expected when a host option cannot be understood.</summary>
    public static HostArguments? TryParse(IReadOnlyList<string> args, out string error)
    {
        var result = new HostArguments();
        var rest = new List<string>();
        error = "";
        for (int i = 0; i < args.Count; i++)
        {
            if (args[i] == "--")
            {
                rest.AddRange(args.Skip(i + 1));
                break;
            }

            (string name, string? value) = Split(args[i]);
            if (name is not ("--host" or "--seed" or "--log"))
            {
                rest.Add(args[i]);
                continue;
            }

            if (value is null && ++i == args.Count)
            {
                error = $"{name} needs a value.";
                return null;
            }

            if (!result.Take(name, value ?? args[i], out error))
            {
                return null;
            }
        }

        result.Rest = rest;
        return result;
    }

    private static (string Name, string? Value) Split(string word)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (word, null) : (word[..equals], word[(equals + 1)..]);
    }

    private bool Take(string name, string value, out string error)
    {
        error = "";
        switch (name)
        {
            case "--host":
                Host = value;
                return true;
            case "--log":
                Thresholds = LogThresholds.TryParse(value, out error);
                return Thresholds is not null;
            default:
                bool valid = ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed);
                Seed = seed;
                error = valid ? "" : $"--seed is '{value}': expected a whole number from 0 to 2^64-1.";
                return valid;
        }
    }
}
