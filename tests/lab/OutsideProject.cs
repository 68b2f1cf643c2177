using System.Text.RegularExpressions;

namespace Xen.Lab.Tests;

/// <summary>
/// The console project of docs/building-unikernels.md in a folder outside of the repository, with a folder of packages for it, and with a library that
/// has the package too.
/// </summary>
internal sealed partial class OutsideProject : IDisposable
{
    private const string Name = "hello";

    private readonly string _folder = Directory.CreateTempSubdirectory("xen-outside-").FullName;

    internal OutsideProject()
    {
        string document = File.ReadAllText(Path.Combine(LabFolder.Repository, "docs", "building-unikernels.md"));
        string program = PackageVersion().Replace(ProjectFile().Match(document).Value, Version);
        const string Reference = """<ItemGroup><ProjectReference Include="../library/library.csproj" /></ItemGroup>""";
        Write("nuget.config", NuGetFile().Match(document).Value.Replace("/path/to/packages", Packages, StringComparison.Ordinal));
        Write("library/library.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Xen.Unikernel" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);
        Write($"{Name}/{Name}.csproj", program.Replace("</Project>", $"{Reference}</Project>", StringComparison.Ordinal));
        File.Copy(Path.Combine(LabFolder.Repository, "samples", "04-HelloUnikernel", "Program.cs"), Path.Combine(Folder, "Program.cs"));
        // The SDK that this repository is built with.
        File.Copy(Path.Combine(LabFolder.Repository, "global.json"), Path.Combine(_folder, "global.json"));
    }

    /// <summary>The packages' version, of this run alone: no cache has an older package of it.</summary>
    internal string Version { get; } = $"0.0.0-test.{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}";

    private string Folder => Path.Combine(_folder, Name);

    private string Packages => Path.Combine(_folder, "packages");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Makes the packages.</summary>
    internal ToolRun Pack(TimeSpan limit) => ToolRun.Start(
        limit, "dotnet", "msbuild", Path.Combine(LabFolder.Lab, "outside", "pack.proj"), "-t:Pack", "-m", "-v:q", "-nologo",
        $"-p:LabVersion={Version}", $"-p:LabPackages={Packages}");

    /// <summary>Runs dotnet in the project's folder, with the programs of <paramref name="path"/> alone.</summary>
    internal ToolRun DotNet(TimeSpan limit, string path, params IEnumerable<string> arguments) => ToolRun.Start(
        limit,
        "env",
        [
            "-C", Folder, $"PATH={path}", "DOTNET_CLI_UI_LANGUAGE=en",
            // What this leaves is gone with the folder, and what there is of .NET is not fetched once more. No audit: mirrors do not serve its feed.
            $"NUGET_PACKAGES={Path.Combine(_folder, "restored")}", $"NUGET_FALLBACK_PACKAGES={Cache()}", "NuGetAudit=false",
            "dotnet", .. arguments,
        ]);

    /// <summary>A folder of links to the programs of <c>PATH</c>, without some.</summary>
    internal string PathWithout(params string[] programs)
    {
        string links = Directory.CreateDirectory(Path.Combine(_folder, $"without-{string.Join('-', programs)}")).FullName;
        IEnumerable<string> files = LabFolder.ProgramPath.Split(Path.PathSeparator).Where(Directory.Exists).SelectMany(Directory.EnumerateFiles);
        foreach (string file in files.DistinctBy(Path.GetFileName).ExceptBy(programs, Path.GetFileName))
        {
            File.CreateSymbolicLink(Path.Combine(links, Path.GetFileName(file)), file);
        }

        return links;
    }

    /// <summary>The libraries of this repository that the project was last restored with, as <c>NAME/VERSION</c>.</summary>
    internal string[] Libraries()
    {
        string assets = Path.Combine(Folder, "obj", "project.assets.json");
        return File.Exists(assets) ? [.. Library().Matches(File.ReadAllText(assets)).Select(match => match.Groups[1].Value).Distinct()] : [];
    }

    private void Write(string file, string text)
    {
        string path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static string Cache() => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    [GeneratedRegex("<Project Sdk.*?</Project>", RegexOptions.Singleline)]
    private static partial Regex ProjectFile();

    [GeneratedRegex("(?<=Version=\")[^\"]+")]
    private static partial Regex PackageVersion();

    [GeneratedRegex("<configuration>.*?</configuration>", RegexOptions.Singleline)]
    private static partial Regex NuGetFile();

    [GeneratedRegex("\"(Xen\\.\\w+/[^\"/]+)\": \\{")]
    private static partial Regex Library();
}
