using Xen.Hosts.Tests.Tool;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>What a manifest says of its source, over real repositories: each fact for itself, without noise, and no secret.</summary>
public sealed class ManifestTests : IDisposable
{
    private const string Project = "hello.csproj";
    private const string Remote = "https://example.org/owner/repo.git";
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string?> Remotes => new()
    {
        { Remote, Remote },
        { "http://example.org:8080/owner/repo", "http://example.org:8080/owner/repo" },
        { "git@example.org:owner/repo.git", Remote },
        { "example.org:owner/repo.git", Remote },
        { "ssh://git@example.org/owner/repo.git", Remote },
        { "ssh://git@example.org:2222/owner/repo.git", Remote },
        { "git+ssh://git@example.org/owner/repo.git", Remote },
        { "https://user:secret@example.org/owner/repo.git", Remote },
        { "https://user:se@secret@example.org/owner/repo.git", Remote },
        { "https://secret@example.org/owner/repo.git", Remote },
        { "https://example.org/owner/repo.git?token=secret", Remote },
        { "https://example.org/owner/repo.git#secret", Remote },
        { "ssh://user:secret@example.org/owner/repo.git", Remote },
        { "user:secret@example.org:owner/repo.git", Remote },
        { "https://user:sec/ret@example.org/owner/repo.git", null },
        // What git takes for a host with a port or a path is a name with a password.
        { "https://user:12/secret@example.org/owner/repo.git", null },
        { "user:secret@example.org/owner/repo.git", null },
        { "https://user:\"secret\\@example.org/owner/repo.git", Remote },
        { "/srv/git/repo.git", null },
        { "../repo.git", null },
        { "file:///srv/git/repo.git", null },
        { "ext::sh -c secret", null },
    };

    public void Dispose() => _folder.Dispose();

    [GitTheory]
    [MemberData(nameof(Remotes))]
    public void A_remote_is_said_as_others_reach_it_and_without_its_secrets(string remote, string? expected)
    {
        GitFolder repository = GitFolder.Repository(_folder["a"]);
        repository.Git("remote", "add", "origin", remote);
        string revision = repository.Commit(Project);
        AssertFacts(Manifest.Of(repository.FullName), expected, revision, "false");
    }

    [GitFact]
    public void Without_origin_it_is_another_remote()
    {
        GitFolder repository = GitFolder.Repository(_folder["a"]);
        repository.Git("remote", "add", "upstream", Remote);
        AssertFacts(Manifest.Of(repository.FullName), Remote, null, null);
    }

    [GitFact]
    public void Without_a_remote_the_revision_stays()
    {
        GitFolder repository = GitFolder.Repository(_folder["a"]);
        AssertFacts(Manifest.Of(repository.FullName), null, null, null);
        string revision = repository.Commit(Project);
        AssertFacts(Manifest.Of(repository.FullName), null, revision, "false");
    }

    [GitFact]
    public void What_is_not_committed_is_said()
    {
        GitFolder repository = GitFolder.Repository(_folder["a"]);
        string revision = repository.Commit("other");
        AssertFacts(Manifest.Of(repository.FullName), null, revision, "true");
        revision = repository.Commit(Project);
        AssertFacts(Manifest.Of(repository.FullName), null, revision, "false");
        File.WriteAllText(Path.Combine(repository.FullName, "other"), "changed");
        AssertFacts(Manifest.Of(repository.FullName), null, revision, "true");
    }

    // The build compiles each .cs file below the project, whether git knows it or not; what it made itself is no source.
    [GitFact]
    public void A_source_that_git_does_not_know_is_said()
    {
        GitFolder repository = GitFolder.Repository(_folder["a"]);
        Directory.CreateDirectory(_folder["a/src/obj"]);
        string revision = repository.Commit("src/" + Project);
        File.WriteAllText(_folder["a/src/obj/Made.cs"], "");
        File.WriteAllText(_folder["a/src/notes.txt"], "");
        File.WriteAllText(_folder["a/Other.cs"], "");
        AssertFacts(Manifest.Of(_folder["a/src"]), null, revision, "false", "src/" + Project);
        Directory.CreateDirectory(_folder["a/src/more"]);
        File.WriteAllText(_folder["a/src/more/Extra.cs"], "");
        AssertFacts(Manifest.Of(_folder["a/src"]), null, revision, "true", "src/" + Project);
    }

    [GitFact]
    public void A_submodule_says_nothing_of_the_repository_around_it()
    {
        GitFolder library = GitFolder.Repository(_folder["library"]), outer = GitFolder.Repository(_folder["a"]);
        outer.Git("remote", "add", "origin", "https://example.org/owner/outer.git");
        string revision = library.Commit(Project);
        outer.Git("-c", "protocol.file.allow=always", "submodule", "add", "-q", library.FullName, "inner");
        string around = outer.Commit(Project);
        Assert.NotEqual(revision, around);
        AssertFacts(Manifest.Of(_folder["a/inner"]), null, revision, "false");
        new GitFolder(_folder["a/inner"]).Git("remote", "set-url", "origin", Remote);
        AssertFacts(Manifest.Of(_folder["a/inner"]), Remote, revision, "false");
        AssertFacts(Manifest.Of(outer.FullName), "https://example.org/owner/outer.git", around, "false");
    }

    [GitFact]
    public void A_detached_head_and_a_worktree_have_their_own_revisions()
    {
        GitFolder repository = GitFolder.Repository(_folder["a"]);
        repository.Git("remote", "add", "origin", Remote);
        string first = repository.Commit(Project), second = repository.Commit("other");
        repository.Git("worktree", "add", "-q", "--detach", _folder["tree"], first);
        AssertFacts(Manifest.Of(_folder["tree"]), Remote, first, "false");
        AssertFacts(Manifest.Of(repository.FullName), Remote, second, "false");
        repository.Git("checkout", "-q", "--detach", first);
        AssertFacts(Manifest.Of(repository.FullName), Remote, first, "false");
    }

    [GitFact]
    public void A_project_in_a_folder_of_a_repository_is_published_from_the_repositorys_own()
    {
        GitFolder repository = GitFolder.Repository(_folder["a"]);
        repository.Git("remote", "add", "origin", Remote);
        Directory.CreateDirectory(_folder["a/src/hello"]);
        string revision = repository.Commit("src/hello/" + Project);
        AssertFacts(Manifest.Of(_folder["a/src/hello"]), Remote, revision, "false", "src/hello/" + Project);
    }

    [GitFact]
    public void A_nested_repository_says_nothing_of_the_one_around_it()
    {
        GitFolder outer = GitFolder.Repository(_folder["a"]);
        outer.Git("remote", "add", "origin", Remote);
        outer.Commit("other");
        GitFolder inner = GitFolder.Repository(_folder["a/inner"]);
        AssertFacts(Manifest.Of(inner.FullName), null, null, null);
        string revision = inner.Commit(Project);
        AssertFacts(Manifest.Of(inner.FullName), null, revision, "false");
    }

    [GitFact]
    public void A_project_that_the_repository_ignores_is_not_of_it()
    {
        GitFolder repository = GitFolder.Repository(_folder["a"]);
        repository.Git("remote", "add", "origin", Remote);
        File.WriteAllText(_folder["a/.gitignore"], "made/\n");
        repository.Commit("other");
        Directory.CreateDirectory(_folder["a/made"]);
        AssertFacts(Manifest.Of(_folder["a/made"]), null, null, null);
    }

    [GitFact]
    public void A_hook_of_another_repository_does_not_mislead()
    {
        GitFolder repository = GitFolder.Repository(_folder["a"]), other = GitFolder.Repository(_folder["b"]);
        string revision = repository.Commit(Project);
        other.Commit("other");
        AssertFacts(Manifest.Of(repository.FullName, Project, ("GIT_DIR", _folder["b/.git"]), ("GIT_WORK_TREE", _folder["b"])), null, revision, "false");
    }

    [GitFact]
    public void A_broken_repository_makes_no_noise()
    {
        GitFolder repository = GitFolder.Repository(_folder["a"]);
        repository.Commit(Project);
        File.WriteAllText(_folder["a/.git/config"], "[broken");
        AssertFacts(Manifest.Of(repository.FullName), null, null, null);
    }

    // A folder that is in no repository, wherever temporary folders are.
    [Fact]
    public void Without_a_repository_the_rest_is_there() =>
        AssertFacts(Manifest.Of(_folder["."], Project, ("GIT_CEILING_DIRECTORIES", Path.GetDirectoryName(_folder["a"])!)), null, null, null);

    [GitFact]
    public void Without_git_the_rest_is_there()
    {
        GitFolder repository = GitFolder.Repository(_folder["a"]);
        repository.Git("remote", "add", "origin", Remote);
        repository.Commit(Project);
        Directory.CreateDirectory(_folder["bin"]);
        foreach (string tool in new[] { "basename", "cut", "dirname", "grep", "head", "iconv", "sed", "sha256sum", "tr", "wc" })
        {
            File.CreateSymbolicLink(_folder["bin/" + tool], "/usr/bin/" + tool);
        }

        AssertFacts(Manifest.Of(repository.FullName, Project, ("PATH", _folder["bin"])), null, null, null);
    }

    [GitTheory]
    [InlineData("quo\"te", "back\\slash.csproj")]
    [InlineData("it's here", "it's.csproj")]
    [InlineData("größe 大", "naïve.csproj")]
    [InlineData("$HOME `id`", "a;b.csproj")]
    public void Any_path_makes_a_manifest_and_a_command_that_a_shell_understands(string folder, string project)
    {
        GitFolder repository = GitFolder.Repository(_folder["a"]);
        Directory.CreateDirectory(Path.Combine(repository.FullName, folder));
        string revision = repository.Commit(Path.Combine(folder, project));
        Manifest manifest = Manifest.Of(Path.Combine(repository.FullName, folder), project);
        AssertFacts(manifest, null, revision, "false", $"{folder}/{project}");
        Assert.Equal(Path.GetFileNameWithoutExtension(project), manifest["name"]);
    }

    // A name of Latin-1 is in no JSON; what else there is, is. .NET cannot say such a name: the shell makes it, and takes it away.
    [GitFact]
    public void What_is_not_of_unicode_is_left_out_alone()
    {
        GitFolder repository = GitFolder.Repository(_folder["a"]);
        Shell("mkdir \"$1/$(printf 'caf\\351')\"", repository.FullName);
        string revision = repository.Commit("other");
        Shell("XEN_NAME=\"$(printf 'caf\\351')\" XEN_IMAGE=hello.xen XEN_LIBC=musl XEN_DOTNET=10 XEN_VERSION=1 XEN_CONFIGURATION=Release XEN_PROPERTIES= XEN_COMMAND= " +
            "XEN_PROJECT=\"$1/$(printf 'caf\\351')/hello.csproj\" sh \"$2\" \"$3\"; rm -r \"$1\"/caf*", repository.FullName, Manifest.Script, _folder["m.json"]);
        using var document = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(_folder["m.json"]));
        Assert.Equal(revision, document.RootElement.GetProperty("sourceRevision").GetString());
        Assert.False(document.RootElement.TryGetProperty("name", out _));
        Assert.False(document.RootElement.TryGetProperty("publishCommand", out _));
    }

    [Fact]
    public void The_image_is_named_measured_and_summed_up()
    {
        Manifest manifest = Manifest.Of(_folder["."]);
        Assert.Equal("hello", manifest["name"]);
        Assert.Equal("hello.xen", manifest["image"]);
        Assert.Equal("3", manifest["sizeBytes"]);
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", manifest["sha256"]);
        Assert.Equal("musl", manifest["libc"]);
        Assert.Equal("10.0.0", manifest["dotnet"]);
        Assert.Equal("0.1.0", manifest["xenUnikernel"]);
    }

    // As MSBuild has its command line: what divides or means something is its number.
    [Fact]
    public void A_property_is_in_the_publish_command_whatever_its_value()
    {
        Manifest manifest = Manifest.Of(
            _folder["."], Project, ("XEN_CONFIGURATION", "My own"), ("XEN_PROPERTIES", "XenLibc=glibc\nXenExtra=\"--a, b; c's 100% $(X) @(Y) *? \\\" `id`"));
        string[] expected =
        [
            "publish", Project, "-c", "My own", "-p:XenLibc=glibc", "-p:XenExtra=%22--a%2C b%3B c%27s 100%25 %24%28X%29 %40%28Y%29 %2A%3F %5C%22 `id`",
        ];
        Assert.Equal(expected, manifest.PublishArguments);
    }

    [Fact]
    public void A_publish_command_of_the_projects_own_is_taken_as_it_is() =>
        Assert.Equal("make \"all\" \\ of it", Manifest.Of(_folder["."], Project, ("XEN_COMMAND", "make \"all\" \\ of it"))["publishCommand"]);

    private static void AssertFacts(Manifest manifest, string? url, string? revision, string? isModified, string project = Project)
    {
        Assert.Equal(url, manifest["sourceUrl"]);
        Assert.Equal(revision, manifest["sourceRevision"]);
        Assert.Equal(isModified, manifest["sourceIsModified"]?.ToLowerInvariant());
        Assert.Equal(["publish", project, "-c", "Release"], manifest.PublishArguments);
    }

    private static void Shell(string script, params string[] arguments)
    {
        Aot.ProgramRun run = Aot.ProgramRun.Start(TimeSpan.FromMinutes(1), GitFolder.Environment, "/bin/sh", ["-c", script, "sh", .. arguments]);
        Assert.True(run is { ExitCode: 0, Lines.Count: 0 }, run.Text);
    }
}
