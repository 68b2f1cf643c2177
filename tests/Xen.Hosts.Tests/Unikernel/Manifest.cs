using System.Text.Json;
using Xen.Hosts.Tests.Aot;
using Xen.Hosts.Tests.Docs;
using Xen.Hosts.Tests.Tool;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>A manifest as the package's script writes it for a project.</summary>
internal sealed class Manifest
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly JsonElement _members;

    private Manifest(JsonElement members) => _members = members;

    /// <summary>The script.</summary>
    public static string Script { get; } = Path.Combine(DocsTests.Root, "Xen.Unikernel", "image", "write-manifest");

    /// <summary>A member's text; null where it is left out.</summary>
    public string? this[string name] => _members.TryGetProperty(name, out JsonElement value) ? value.ToString() : null;

    /// <summary>What dotnet gets when a shell runs the publish command.</summary>
    public IReadOnlyList<string> PublishArguments => ProgramRun.Start(
        Limit, new Dictionary<string, string>(), "/bin/sh", "-c", """dotnet() { printf '%s\n' "$@"; }; eval "$1" """, "sh", this["publishCommand"]!).Lines;

    /// <summary>Writes the manifest of a project, whose file need not be there, and reads it. Nothing may be printed.</summary>
    /// <param name="folder">The project's folder.</param>
    /// <param name="project">The project's file.</param>
    /// <param name="environment">What differs from the usual surroundings.</param>
    public static Manifest Of(string folder, string project = "hello.csproj", params (string Name, string Value)[] environment)
    {
        using var output = new TemporaryFolder();
        var variables = new Dictionary<string, string>(GitFolder.Environment)
        {
            ["XEN_NAME"] = Path.GetFileNameWithoutExtension(project),
            ["XEN_IMAGE"] = output["hello.xen"],
            ["XEN_LIBC"] = "musl",
            ["XEN_DOTNET"] = "10.0.0",
            ["XEN_VERSION"] = "0.1.0",
            ["XEN_PROJECT"] = Path.Combine(folder, project),
            ["XEN_CONFIGURATION"] = "Release",
            ["XEN_PROPERTIES"] = "",
            ["XEN_COMMAND"] = "",
        };
        foreach ((string name, string value) in environment)
        {
            variables[name] = value;
        }

        File.WriteAllText(output["hello.xen"], "abc");
        ProgramRun run = ProgramRun.Start(Limit, variables, "/bin/sh", Script, output["manifest.json"]);
        Assert.True(run is { ExitCode: 0, Lines.Count: 0 }, run.Text);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(output["manifest.json"]));
        return new Manifest(document.RootElement.Clone());
    }
}
