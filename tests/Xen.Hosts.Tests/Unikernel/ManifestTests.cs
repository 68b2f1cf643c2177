using System.Text.Json;
using Xen.Hosts.Tests.Aot;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>The manifest of an image in every kind of repository: what is known is said, nothing else is lost, and nothing is printed.</summary>
public sealed class ManifestTests : IDisposable
{
    private const string Project = "Guest.csproj";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly string Script = Path.Combine(AotImage.Repository, "Xen.Unikernel", "image", "write-manifest");

    // Git looks for a repository in the folders above: there is none above this one.
    private readonly string _root = Directory.CreateTempSubdirectory("xen-manifest-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [GitTheory]
    [InlineData("https://example.org/owner/guest.git", "https://example.org/owner/guest.git")]
    [InlineData("git@example.org:owner/guest.git", "https://example.org/owner/guest.git")]
    [InlineData("ssh://git@example.org:2222/owner/guest.git", "https://example.org/owner/guest.git")]
    [InlineData("git+ssh://git@example.org/owner/guest", "https://example.org/owner/guest")]
    [InlineData("https://somebody:secret@example.org/owner/guest.git", "https://example.org/owner/guest.git")]
    [InlineData("https://token@example.org/guest.git?key=secret#part", "https://example.org/guest.git")]
    [InlineData("/srv/git/guest.git", null)]
    [InlineData("file:///srv/git/guest.git", null)]
    [InlineData("../guest.git", null)]
    public void The_address_is_one_that_others_can_read(string remote, string? expected)
    {
        string folder = Repository("one");
        Git(folder, "remote", "add", "origin", remote);
        JsonElement manifest = Manifest(folder);
        Assert.Equal(expected, Text(manifest, "sourceUrl"));
        Assert.Equal(Head(folder), Text(manifest, "sourceRevision"));
        Assert.Equal($"dotnet publish {Project} -c Release", Text(manifest, "publishCommand"));
        Assert.DoesNotContain("secret", manifest.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("token", manifest.GetRawText(), StringComparison.Ordinal);
    }

    [GitFact]
    public void Without_a_remote_the_revision_is_known()
    {
        string folder = Repository("one");
        JsonElement manifest = Manifest(folder);
        Assert.Null(Text(manifest, "sourceUrl"));
        Assert.Equal(Head(folder), Text(manifest, "sourceRevision"));
        Assert.False(manifest.GetProperty("sourceIsModified").GetBoolean());
    }

    [GitFact]
    public void What_was_not_committed_is_said()
    {
        string folder = Repository("one");
        File.AppendAllText(Path.Combine(folder, Project), "<!-- more -->");
        Assert.True(Manifest(folder).GetProperty("sourceIsModified").GetBoolean());
    }

    [GitFact]
    public void Without_a_commit_the_address_is_known()
    {
        string folder = Folder("one");
        Git(folder, "init", "-q");
        Git(folder, "remote", "add", "origin", "https://example.org/guest.git");
        JsonElement manifest = Manifest(folder);
        Assert.Equal("https://example.org/guest.git", Text(manifest, "sourceUrl"));
        Assert.Null(Text(manifest, "sourceRevision"));
        Assert.False(manifest.TryGetProperty("sourceIsModified", out _));
    }

    [GitFact]
    public void A_detached_head_and_a_worktree_have_their_revision()
    {
        string folder = Repository("one");
        string first = Head(folder);
        Commit(folder, "second");
        Git(folder, "checkout", "-q", "--detach", first);
        Assert.Equal(first, Text(Manifest(folder), "sourceRevision"));
        string worktree = Path.Combine(_root, "worktree");
        Git(folder, "worktree", "add", "-q", "--detach", worktree, "HEAD");
        Assert.Equal(first, Text(Manifest(worktree), "sourceRevision"));
    }

    [GitFact]
    public void A_repository_in_a_repository_is_its_own()
    {
        string outer = Repository("outer");
        Git(outer, "remote", "add", "origin", "https://example.org/outer.git");
        string inner = Repository("outer/inner");
        Git(inner, "remote", "add", "origin", "https://example.org/inner.git");
        JsonElement manifest = Manifest(inner);
        Assert.Equal("https://example.org/inner.git", Text(manifest, "sourceUrl"));
        Assert.Equal(Head(inner), Text(manifest, "sourceRevision"));
    }

    [GitFact]
    public void What_the_repository_around_it_ignores_is_not_of_it()
    {
        string outer = Repository("outer");
        File.WriteAllText(Path.Combine(outer, ".gitignore"), "scratch/\n");
        JsonElement manifest = Manifest(Folder("outer/scratch"));
        Assert.Null(Text(manifest, "sourceRevision"));
        Assert.Equal($"dotnet publish {Project} -c Release", Text(manifest, "publishCommand"));
    }

    [GitFact]
    public void The_command_names_the_project_from_the_repositorys_folder()
    {
        string outer = Repository("one");
        string folder = Folder("one/src/my guest");
        Git(outer, "add", ".");
        Commit(outer, "second");
        Assert.Equal($"dotnet publish 'src/my guest/{Project}' -c Release", Text(Manifest(folder), "publishCommand"));
    }

    [GitFact]
    public void Without_a_repository_the_rest_is_said()
    {
        JsonElement manifest = Manifest(Folder("none"));
        Assert.Null(Text(manifest, "sourceUrl"));
        Assert.Null(Text(manifest, "sourceRevision"));
        Assert.Equal("guest", Text(manifest, "name"));
        Assert.Equal($"dotnet publish {Project} -c Release", Text(manifest, "publishCommand"));
    }

    [GitFact]
    public void Without_git_the_rest_is_said()
    {
        string folder = Repository("one");
        string tools = Folder("tools");
        foreach (string tool in new[] { "sh", "dirname", "basename", "grep", "head", "sed", "tr", "wc", "sha256sum", "cut" })
        {
            File.CreateSymbolicLink(Path.Combine(tools, tool), Tool(tool));
        }

        JsonElement manifest = Manifest(folder, ("PATH", tools));
        Assert.Null(Text(manifest, "sourceRevision"));
        Assert.Equal("guest", Text(manifest, "name"));
    }

    [GitTheory]
    [InlineData("a \"quoted\" name")]
    [InlineData("back\\slash")]
    [InlineData("ümlaut – ゲスト")]
    public void Any_name_is_a_string_of_JSON(string name) => Assert.Equal(name, Text(Manifest(Folder("none"), ("XEN_NAME", name)), "name"));

    // Where a hook of git publishes, its variables point at another repository.
    [GitFact]
    public void Variables_of_git_lead_nowhere_else()
    {
        string folder = Repository("one");
        string other = Repository("other");
        JsonElement manifest = Manifest(folder, ("GIT_DIR", Path.Combine(other, ".git")), ("GIT_WORK_TREE", other));
        Assert.Equal(Head(folder), Text(manifest, "sourceRevision"));
    }

    private static string? Text(JsonElement manifest, string name) => manifest.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static string Tool(string name) => Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, name)).First(File.Exists);

    private JsonElement Manifest(string folder, params (string Name, string Value)[] variables)
    {
        string file = Path.Combine(_root, "manifest.json");
        var environment = new Dictionary<string, string>
        {
            ["XEN_NAME"] = "guest",
            ["XEN_IMAGE"] = Path.Combine(folder, "guest.xen"),
            ["XEN_LIBC"] = "musl",
            ["XEN_DOTNET"] = "10.0.0",
            ["XEN_VERSION"] = "1.0.0",
            ["XEN_PROJECT"] = Path.Combine(folder, Project),
            ["XEN_OPTIONS"] = "-c Release",
            ["XEN_COMMAND"] = "",
        };
        foreach ((string name, string value) in variables)
        {
            environment[name] = value;
        }

        ProgramRun run = ProgramRun.Start(Limit, environment, "/bin/sh", Script, file);
        Assert.True(run.ExitCode == 0, run.Text);
        Assert.Empty(run.Lines);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
        return document.RootElement.Clone();
    }

    private string Repository(string name)
    {
        string folder = Folder(name);
        Git(folder, "init", "-q");
        Git(folder, "add", Project);
        Commit(folder, "first");
        return folder;
    }

    private string Folder(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        File.WriteAllText(Path.Combine(folder, Project), "<Project/>");
        return folder;
    }

    private static void Commit(string folder, string message) =>
        Git(folder, "-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "commit", "-q", "--allow-empty", "-m", message);

    private static string Head(string folder) => Git(folder, "rev-parse", "HEAD");

    private static string Git(string folder, params string[] arguments)
    {
        ProgramRun run = ProgramRun.Start(Limit, new Dictionary<string, string>(), "git", ["-C", folder, .. arguments]);
        Assert.True(run.ExitCode == 0, run.Text);
        return string.Join('\n', run.Lines);
    }
}
