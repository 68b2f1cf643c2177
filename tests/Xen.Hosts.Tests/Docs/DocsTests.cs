using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Xen.Checks;

namespace Xen.Hosts.Tests.Docs;

/// <summary>What the documents say is so: their programs compile and run, their files exist, their tables are whole.</summary>
public partial class DocsTests
{
    internal static readonly string Root = FindRoot();

    // The cells of a row of docs/hardening.md, counted from the one before the first bar.
    private const int HoldersCell = 4;
    private const int MutationsCell = 5;

    public static TheoryData<string> Documents() =>
        new(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md").Append(Path.Combine(Root, "README.md")).Select(file => Path.GetRelativePath(Root, file)).Order());

    public static TheoryData<string> Rules() => new(Enumerable.Range(1, 20).Select(number => $"R{number}"));

    public static TheoryData<string> BuiltRules() => new(Enumerable.Range(1, 11).Append(16).Append(18).Append(20).Select(number => $"R{number}"));

    public static TheoryData<string> Projects() => new(
        Directory.EnumerateDirectories(Root, "Xen.*").Where(folder => File.Exists(Path.Combine(folder, "Log.cs"))).Select(folder => Path.GetFileName(folder)).Order());

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_program_is_compiled_somewhere(string document)
    {
        string[] sources = [.. new[] { "samples", "tests/Xen.Hosts.Tests/Docs" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)).Select(File.ReadAllText).Select(Squeeze)];
        foreach (Match block in CodeBlock().Matches(Read(document)))
        {
            // What is between blank lines is one piece: usings and program of a document are apart in a source file.
            foreach (string piece in block.Groups[1].Value.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(Squeeze))
            {
                bool isUsing = piece.Split('\n').All(line => line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';'));
                Assert.True(isUsing || sources.Any(source => source.Contains(piece, StringComparison.Ordinal)), $"{document}: no source file has:\n{piece}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_and_every_file_that_is_named_exists(string document)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Root, document))!;
        foreach (Match link in Link().Matches(Read(document)))
        {
            string target = link.Groups[1].Value.Split('#')[0];
            Assert.True(target.Length == 0 || Path.Exists(Path.Combine(folder, target)), $"{document} links to {target}, which is not there.");
        }

        foreach (Match source in SourceFile().Matches(Read(document)))
        {
            Assert.True(Path.Exists(Path.Combine(Root, source.Groups[1].Value)), $"{document} names {source.Groups[1].Value}, which is not there.");
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_rule_has_a_row_and_what_holds_it_exists(string rule)
    {
        foreach (string text in NamesIn(rule, HoldersCell).Concat(NamesIn(rule, MutationsCell)))
        {
            Assert.True(
                IsCheck(text) || IsMutation(text) || File.Exists(Path.Combine(Root, text)),
                $"docs/hardening.md, {rule}: there is no check, test file or mutation '{text}'.");
        }
    }

    [Theory]
    [MemberData(nameof(BuiltRules))]
    public void Every_rule_that_is_built_is_held_by_a_check_and_seen_to_fail_by_a_mutation(string rule)
    {
        Assert.True(NamesIn(rule, HoldersCell).Any(IsCheck), $"docs/hardening.md, {rule}: 'what holds it' names no check of tests/Xen.Checks.");
        Assert.True(NamesIn(rule, MutationsCell).Any(IsMutation), $"docs/hardening.md, {rule}: 'mutations' names no patch of tests/mutations.");
    }

    [Fact]
    public void Every_citation_of_the_protocols_has_its_section()
    {
        HashSet<string> sections = [.. SectionHeading().Matches(Read("docs/protocols.md")).Select(heading => heading.Groups[1].Value)];
        var cited = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string file in Sources())
        {
            string text = File.ReadAllText(file);
            // Each mention is one, or this would look for something that nobody writes.
            Assert.True(Mention().Count(text) == Citation().Count(text), $"{file}: a citation of the protocols without a section's number.");
            foreach (Match citation in Citation().Matches(text))
            {
                cited.UnionWith(citation.Groups.Values.Skip(1).Where(group => group.Success).Select(group => group.Value));
                Assert.All(citation.Groups.Values.Skip(1).Where(group => group.Success), group => Assert.True(
                    sections.Contains(group.Value), $"{file} cites section {group.Value}, which docs/protocols.md does not have."));
            }
        }

        Assert.True(cited.Count >= 10, $"Only {string.Join(", ", cited)} are cited.");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_projects_log_ids_are_its_own_and_in_the_range_of_the_document(string project)
    {
        Match range = Regex.Match(Read("docs/logging.md"), $@"^\| `{Regex.Escape(project)}` \| (\d+) to (\d+) \|", RegexOptions.Multiline);
        Assert.True(range.Success, $"docs/logging.md has no range for {project}.");
        int first = int.Parse(range.Groups[1].Value, CultureInfo.InvariantCulture), last = int.Parse(range.Groups[2].Value, CultureInfo.InvariantCulture);
        int[] ids = [.. Assembly.Load(project).GetType($"{project}.Log", throwOnError: true)!
            .GetMethods(BindingFlags.Static | BindingFlags.Public)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId).OfType<int>()];
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(ids, id => Assert.InRange(id, first, last));
    }

    [Fact]
    public void The_ranges_of_log_ids_do_not_overlap()
    {
        (int First, int Last)[] ranges = [.. Regex.Matches(Read("docs/logging.md"), @"^\| `Xen\.\w+` \| (\d+) to (\d+) \|", RegexOptions.Multiline)
            .Select(row => (int.Parse(row.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(row.Groups[2].Value, CultureInfo.InvariantCulture))).Order()];
        Assert.NotEmpty(ranges);
        Assert.All(ranges.Zip(ranges.Skip(1)), pair => Assert.True(pair.First.Last < pair.Second.First, $"{pair.First} and {pair.Second} overlap."));
        Assert.All(ranges, range => Assert.True(range.First <= range.Last));
    }

    private static string[] NamesIn(string rule, int cell)
    {
        string row = Read("docs/hardening.md").Split('\n').Single(line => line.StartsWith($"| {rule} |", StringComparison.Ordinal));
        return [.. Name().Matches(row.Split('|', StringSplitOptions.TrimEntries)[cell]).Select(name => name.Groups[1].Value)];
    }

    // A check that runs over each ABI has one name in the documents, and a longer one for each of them.
    private static bool IsCheck(string name) =>
        CheckList.All.Any(check => check.Name == name || check.Name.StartsWith($"{name} (", StringComparison.Ordinal));

    private static bool IsMutation(string name) => File.Exists(Path.Combine(Root, "tests/mutations", name + ".patch"));

    private static IEnumerable<string> Sources() =>
        new[] { "tests", "samples", "tools", "benchmarks" }.Select(folder => Path.Combine(Root, folder)).Concat(Directory.EnumerateDirectories(Root, "Xen.*"))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".c" or ".h" or ".sh" && file != Path.Combine(Root, "tests/Xen.Hosts.Tests/Docs/DocsTests.cs"));

    private static string Read(string document) => File.ReadAllText(Path.Combine(Root, document));

    // Lines without their indentation, so that a piece of a method is found in it.
    private static string Squeeze(string text) =>
        string.Join('\n', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "XenStack.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"XenStack.sln is not above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:Xen\.\w+|tests|samples|tools|docs)/[\w./-]+\.\w+)`")]
    private static partial Regex SourceFile();

    [GeneratedRegex(@"^## (\d+\.\d+) ", RegexOptions.Multiline)]
    private static partial Regex SectionHeading();

    [GeneratedRegex("xen-protocols")]
    private static partial Regex Mention();

    [GeneratedRegex(@"xen-protocols (\d+\.\d+)(?: to (\d+\.\d+))?")]
    private static partial Regex Citation();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
