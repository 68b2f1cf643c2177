namespace Xen.Lab.Tests;

/// <summary>One check that dom0 reports by name, as declared by a line <c># LAB name: sentence</c> in a script of <c>checks/</c>.</summary>
/// <param name="Name">The word in dom0's line <c>LAB name ok|fail detail</c>.</param>
/// <param name="Sentence">What holds when the check passes.</param>
internal sealed record LabCheck(string Name, string Sentence)
{
    private const string Mark = "# LAB ";

    /// <summary>Every declared check, in the order in which dom0 runs them.</summary>
    internal static IReadOnlyList<LabCheck> Declared { get; } =
        [.. Directory.EnumerateFiles(LabFolder.Checks, "*.sh").Order(StringComparer.Ordinal).SelectMany(File.ReadLines).Select(Parse).OfType<LabCheck>()];

    private static LabCheck? Parse(string line)
    {
        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        return line.StartsWith(Mark, StringComparison.Ordinal) && colon > 0 ? new LabCheck(line[Mark.Length..colon], line[(colon + 2)..]) : null;
    }
}
