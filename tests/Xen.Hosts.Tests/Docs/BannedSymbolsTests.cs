using System.IO.Pipelines;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using System.Xml.Linq;
using Xen.Hosts.Tests.Aot;
using Xen.Hosts.Tests.Tool;

namespace Xen.Hosts.Tests.Docs;

/// <summary>BannedSymbols.txt refuses what docs/determinism.md says: each line of it works, and no overload is forgotten.</summary>
public partial class BannedSymbolsTests
{
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(5);

    /// <summary>Families of methods, and the parameter that makes one of them stay on the guest's scheduler or time.</summary>
    private static readonly (Type Type, string Name, Func<ParameterInfo[], bool> Stays)[] Families =
    [
        (typeof(Task), nameof(Task.Run), Never),
        (typeof(Task), nameof(Task.Start), Has<TaskScheduler>),
        (typeof(Task), nameof(Task.Delay), Has<TimeProvider>),
        (typeof(Task), nameof(Task.WhenEach), Never),
        (typeof(Task), nameof(Task.WaitAsync), parameters => Has<TimeProvider>(parameters) || !Has<TimeSpan>(parameters)),
        (typeof(Task<>), nameof(Task.WaitAsync), parameters => Has<TimeProvider>(parameters) || !Has<TimeSpan>(parameters)),
        (typeof(Task), nameof(Task.ContinueWith), Has<TaskScheduler>),
        (typeof(Task<>), nameof(Task.ContinueWith), Has<TaskScheduler>),
        (typeof(Task), nameof(Task.ConfigureAwait), Never),
        (typeof(Task<>), nameof(Task.ConfigureAwait), Never),
        (typeof(ValueTask), nameof(ValueTask.ConfigureAwait), Never),
        (typeof(ValueTask<>), nameof(ValueTask.ConfigureAwait), Never),
        (typeof(TaskAsyncEnumerableExtensions), nameof(TaskAsyncEnumerableExtensions.ConfigureAwait), Never),
        (typeof(CancellationTokenSource), ".ctor", parameters => parameters.Length == 0 || Has<TimeProvider>(parameters)),
        (typeof(CancellationTokenSource), nameof(CancellationTokenSource.CancelAfter), Never),
        (typeof(CancellationTokenSource), nameof(CancellationTokenSource.CancelAsync), Never),
        (typeof(PeriodicTimer), ".ctor", Has<TimeProvider>),
        (typeof(SemaphoreSlim), nameof(SemaphoreSlim.WaitAsync), parameters => parameters.Length == 0),
        (typeof(ChannelReader<>), nameof(ChannelReader<>.ReadAllAsync), Never),
        (typeof(Pipe), ".ctor", parameters => parameters.Length > 0),
        (typeof(Thread), nameof(Thread.Sleep), Never),
        (typeof(Guid), nameof(Guid.NewGuid), Never),
        (typeof(Guid), nameof(Guid.CreateVersion7), Never),
        (typeof(FileStream), "*Async", Never),
        (typeof(File), "*Async", Never),
        (typeof(RandomAccess), "*Async", Never),
    ];

    private static string[] Lines { get; } = [.. File.ReadAllLines(Path.Combine(DocsTests.Root, "BannedSymbols.txt")).Where(line => line.Length > 0)];

    [Fact]
    public void Each_line_is_found_by_the_analyzer()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["Banned.csproj"], Project());
        File.Copy(Path.Combine(DocsTests.Root, "nuget.config"), folder["nuget.config"]);
        File.WriteAllLines(folder["Uses.cs"], ["/// <summary>One use on each line.</summary>", .. Lines.Select(Use), "public static class Uses;"]);

        ProgramRun build = ProgramRun.Start(BuildLimit, new Dictionary<string, string>(), "dotnet", "build", folder["Banned.csproj"], "--nologo", "--disable-build-servers");

        Assert.True(build.ExitCode == 0, build.Text);
        HashSet<int> found = [.. build.Lines.Select(line => Refused().Match(line)).Where(match => match.Success).Select(match => int.Parse(match.Groups[1].ValueSpan, null))];
        string[] silent = [.. Lines.Where((_, index) => !found.Contains(index + 2))];
        Assert.True(silent.Length == 0, $"The analyzer says nothing about:\n{string.Join('\n', silent)}\n{build.Text}");
    }

    [Fact]
    public void Each_line_says_where_to_read_more_and_stands_once()
    {
        Assert.All(Lines, line => Assert.EndsWith(" (docs/determinism.md)", line, StringComparison.Ordinal));
        Assert.Equal(Lines.Distinct(), Lines);
    }

    [Fact]
    public void No_overload_that_leaves_is_forgotten()
    {
        HashSet<string> banned = [.. Lines.Select(line => line.Split(';')[0])];
        string[] missing = [.. Families.SelectMany(Leaving).Select(DocumentationId.Of).Where(id => !banned.Contains(id))];
        Assert.True(missing.Length == 0, $"BannedSymbols.txt has no line for:\n{string.Join('\n', missing)}");
    }

    private static IEnumerable<MethodBase> Leaving((Type Type, string Name, Func<ParameterInfo[], bool> Stays) family)
    {
        MethodBase[] members = [.. family.Type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly).OfType<MethodBase>()
            .Where(method => family.Name[0] == '*' ? method.Name.EndsWith(family.Name[1..], StringComparison.Ordinal) : method.Name == family.Name)];
        Assert.True(members.Length > 0, $"{family.Type} has no {family.Name}.");
        return members.Where(method => (method.IsConstructor || !method.IsSpecialName) && !family.Stays(method.GetParameters()));
    }

    private static bool Never(ParameterInfo[] parameters) => false;

    private static bool Has<T>(ParameterInfo[] parameters) => parameters.Any(parameter => parameter.ParameterType == typeof(T));

    private static string Use(string line) => $"/// <see cref=\"{DocumentationId.ToCref(line.Split(';')[0])}\"/>";

    private static string Project()
    {
        const string Analyzer = "Microsoft.CodeAnalysis.BannedApiAnalyzers";
        string version = XDocument.Load(Path.Combine(DocsTests.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Single(package => package.Attribute("Include")!.Value == Analyzer).Attribute("Version")!.Value;
        return $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <GenerateDocumentationFile>true</GenerateDocumentationFile>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="{Analyzer}" Version="{version}" PrivateAssets="all" />
                <AdditionalFiles Include="{Path.Combine(DocsTests.Root, "BannedSymbols.txt")}" />
              </ItemGroup>
            </Project>
            """;
    }

    [GeneratedRegex(@"Uses\.cs\((\d+),\d+\): (?:warning|error) RS0030")]
    private static partial Regex Refused();
}
