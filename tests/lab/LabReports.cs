namespace Xen.Lab.Tests;

/// <summary>dom0's lines <c>LAB name ok|fail detail</c>, by name. A name that comes more than once has failed when one of them says so.</summary>
internal sealed class LabReports
{
    private const string Mark = "LAB ";
    private const string Ok = "ok";

    private readonly Dictionary<string, string> _byName = new(StringComparer.Ordinal);

    internal LabReports(IEnumerable<string> lines)
    {
        foreach (string line in lines.Where(line => line.StartsWith(Mark, StringComparison.Ordinal)))
        {
            string[] words = line[Mark.Length..].Split(' ', 2);
            Add(words[0], words.Length > 1 ? words[1] : string.Empty);
        }
    }

    /// <summary>What dom0 said about a check: its first failure, else the last <c>ok detail</c>, or null when it said nothing.</summary>
    internal string? Of(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Whether a report says that the check passed.</summary>
    internal static bool IsOk(string report) => report == Ok || report.StartsWith(Ok + " ", StringComparison.Ordinal);

    private void Add(string name, string report)
    {
        if (!_byName.TryGetValue(name, out string? known) || IsOk(known))
        {
            _byName[name] = report;
        }
    }
}
