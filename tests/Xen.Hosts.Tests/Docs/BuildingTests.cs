using System.Text.RegularExpressions;

namespace Xen.Hosts.Tests.Docs;

/// <summary>docs/building-unikernels.md names what the package's build has, all of it, and nothing else.</summary>
public partial class BuildingTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(DocsTests.Root, "docs/building-unikernels.md"));

    private static readonly string Build = string.Concat(
        Directory.EnumerateFiles(Path.Combine(DocsTests.Root, "Xen.Unikernel/build")).Where(file => Path.GetExtension(file) is ".props" or ".targets").Select(File.ReadAllText));

    [Fact]
    public void Every_property_is_named()
    {
        string[] read = [.. Names(Read(), Build)];
        Assert.Contains("XenLibc", read);
        Assert.Equal(read, Names(Named(), Document).Intersect(read));
        Assert.Empty(Names(Named(), Document).Except(read));
    }

    [Fact]
    public void Every_default_is_that_of_the_build()
    {
        MatchCollection defaults = Default().Matches(Build);
        Assert.NotEmpty(defaults);
        Assert.All(defaults, value => Assert.Contains($"| `{value.Groups[1].Value}` | `{value.Groups[2].Value}` |", Document, StringComparison.Ordinal));
    }

    /// <summary>The publish command of the manifest has each property that differs from what the package sets, unless no other value makes an image.</summary>
    [Fact]
    public void Every_property_s_default_is_known_to_the_publish_command()
    {
        string[] alone = ["PublishAot", "StaticExecutable", "PositionIndependentExecutable", "StripSymbols"];
        string props = File.ReadAllText(Path.Combine(DocsTests.Root, "Xen.Unikernel/build/Xen.Unikernel.props"));
        IEnumerable<string> set = Set().Matches(props).Where(match => !alone.Contains(match.Groups[1].Value)).Select(match => $"{match.Groups[1].Value}={match.Groups[2].Value}");
        IEnumerable<string> known = Known().Matches(Build).Select(match => $"{match.Groups[1].Value}={match.Groups[2].Value}");
        Assert.Equal(set.Append("XenExtra=").Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_error_is_named()
    {
        string[] codes = [.. Names(Code(), Build)];
        Assert.NotEmpty(codes);
        Assert.Equal(codes, Names(Code(), Document));
    }

    private static IEnumerable<string> Names(Regex pattern, string text) =>
        pattern.Matches(text).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\$\((Xen\w+)[).]")]
    private static partial Regex Read();

    [GeneratedRegex(@"`(Xen[A-Z]\w+)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"<(Xen\w+) Condition=""'\$\(\1\)' == ''"">(\w+)</")]
    private static partial Regex Default();

    [GeneratedRegex(@"<(\w+)(?: Condition=""'\$\(\1\)' == ''"")?>(\w+)</")]
    private static partial Regex Set();

    [GeneratedRegex(@"<_XenProperty Include=""(\w+)"" Default=""(\w*)"" Value=""\$\(\1\)"" />")]
    private static partial Regex Known();

    [GeneratedRegex("(XEN[0-9]{4})")]
    private static partial Regex Code();
}
