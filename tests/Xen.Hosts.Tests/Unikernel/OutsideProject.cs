using System.Globalization;
using Xen.Hosts.Tests.Aot;
using Xen.Hosts.Tests.Docs;
using Xen.Hosts.Tests.Tool;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>A console project that is not in the repository, with the package from a folder of packages that this made.</summary>
public sealed class OutsideProject : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private static readonly Dictionary<string, string> NoServers = new() { ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0", ["MSBUILDDISABLENODEREUSE"] = "1" };
    private readonly TemporaryFolder _folder = new();

    public OutsideProject()
    {
        Pack();
        Directory.CreateDirectory(_folder["hello"]);
        File.Copy(Path.Combine(DocsTests.Root, "samples/04-HelloUnikernel/Program.cs"), _folder["hello/Program.cs"]);
        File.WriteAllText(_folder["hello/hello.csproj"], """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <XenExtra>--log=info</XenExtra>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Xen.Unikernel" Version="*" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(_folder["nuget.config"], string.Create(CultureInfo.InvariantCulture, $"""
            <configuration>
              <fallbackPackageFolders>
                <add key="had" value="{Had()}" />
              </fallbackPackageFolders>
              <packageSources>
                <clear />
                <add key="made" value="{_folder["made"]}" />
                <add key="nuget.org" value="https://api.nuget.org/v3/index.json" protocolVersion="3" />
              </packageSources>
              <packageSourceMapping>
                <packageSource key="made"><package pattern="Xen.*" /></packageSource>
                <packageSource key="nuget.org"><package pattern="*" /></packageSource>
              </packageSourceMapping>
            </configuration>
            """));
    }

    /// <summary>The folder that a publish fills.</summary>
    public string Published => _folder["published"];

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs dotnet with a command for the project.</summary>
    internal ProgramRun DotNet(string command, string path, params string[] options) => ProgramRun.Start(
        Limit,
        new Dictionary<string, string>(NoServers) { ["NUGET_PACKAGES"] = _folder["packages"], ["PATH"] = path },
        "dotnet",
        [command, .. options]);

    /// <summary>The project's file.</summary>
    internal string Project => _folder["hello/hello.csproj"];

    /// <summary>A folder of links to all programs of the system but one.</summary>
    internal string PathWithout(string program)
    {
        Directory.CreateDirectory(_folder["bin"]);
        foreach (string file in Directory.EnumerateFiles("/usr/bin").Where(file => Path.GetFileName(file) != program))
        {
            File.CreateSymbolicLink(Path.Combine(_folder["bin"], Path.GetFileName(file)), file);
        }

        return _folder["bin"];
    }

    // .NET's own packages are not fetched once more.
    private static string Had() => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    // All packages in one build.
    private void Pack()
    {
        File.WriteAllText(_folder["pack.proj"], $"""
            <Project>
              <ItemGroup>
                <Library Include="{DocsTests.Root}/Xen.*/Xen.*.csproj" />
              </ItemGroup>
              <Target Name="Pack">
                <MSBuild Projects="@(Library)" Targets="Restore" BuildInParallel="true" Properties="Configuration=Release;MSBuildRestoreSessionId=restore" />
                <MSBuild Projects="@(Library)" Targets="Pack" BuildInParallel="true" Properties="Configuration=Release;PackageOutputPath={_folder["made"]}" />
              </Target>
            </Project>
            """);
        lock (AotImage.Publishing)
        {
            ProgramRun pack = ProgramRun.Start(Limit, NoServers, "dotnet", "msbuild", _folder["pack.proj"], "-t:Pack", "-v:q", "-m", "-nologo");
            Assert.True(pack.ExitCode == 0, pack.Text);
        }
    }
}
