using Xen.Hosts.Tests.Aot;
using Xen.Hosts.Tests.Docs;
using Xen.Hosts.Tests.Tool;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>The configuration and the notes for QubesOS that lie beside an image. What xl makes of the configuration is a check of the lab (60-unikernel.sh).</summary>
public sealed class NotesTests : IDisposable
{
    private const string CommandLine = """
        "--two words" a&b|c \1 \" $HOME `id` it's
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly string Script = Path.Combine(DocsTests.Root, "Xen.Unikernel", "image", "write-notes");

    private readonly TemporaryFolder _folder = new();

    public NotesTests()
    {
        var variables = new Dictionary<string, string>
        {
            ["XEN_NAME"] = "hello",
            ["XEN_IMAGE"] = "hello.xen",
            ["XEN_MEMORY"] = "64",
            ["XEN_VCPUS"] = "2",
            // As the build gives it.
            ["XEN_EXTRA"] = CommandLine.Replace('\\', '\u0001'),
        };
        ProgramRun run = ProgramRun.Start(Limit, variables, "/bin/sh", Script, _folder["."]);
        Assert.True(run is { ExitCode: 0, Lines.Count: 0 }, run.Text);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_configuration_has_the_command_line_as_a_string()
    {
        string[] lines = File.ReadAllLines(_folder["hello.cfg"]);
        Assert.Contains("memory = 64", lines);
        Assert.Contains("vcpus = 2", lines);
        string escaped = CommandLine.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        Assert.Contains($"extra = \"{escaped}\"", lines);
    }

    [Fact]
    public void A_qube_gets_the_command_line_whatever_a_shell_reads_in_it()
    {
        string line = Assert.Single(File.ReadLines(_folder["hello.qubes.md"]), line => line.StartsWith("qvm-prefs hello kernelopts ", StringComparison.Ordinal));
        const string Said = """said() { printf '%s\n' "$@"; }; eval "said ${1#* }" """;
        ProgramRun run = ProgramRun.Start(Limit, new Dictionary<string, string>(), "/bin/sh", "-c", Said, "sh", line);
        Assert.Equal(["hello", "kernelopts", CommandLine], run.Lines);
    }
}
