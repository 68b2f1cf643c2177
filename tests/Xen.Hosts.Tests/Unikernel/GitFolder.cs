using Xen.Checks;
using Xen.Hosts.Tests.Aot;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>A folder in which git is used, without the settings of who runs the tests.</summary>
/// <param name="path">The folder, which is made where it is not there.</param>
internal sealed class GitFolder(string path)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Why the tests that need git are skipped.</summary>
    public static string? Skip { get; } = ContinuousIntegration.SkipWithout(
        File.Exists("/usr/bin/git") ? null : "A repository needs git; ./test installs it when run as root.");

    /// <summary>What git, and what calls it, sees of its surroundings.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_AUTHOR_NAME"] = "Author",
        ["GIT_AUTHOR_EMAIL"] = "author@example.org",
        ["GIT_COMMITTER_NAME"] = "Author",
        ["GIT_COMMITTER_EMAIL"] = "author@example.org",
    };

    /// <summary>Where it is.</summary>
    public string FullName { get; } = Directory.CreateDirectory(path).FullName;

    /// <summary>A new repository in a folder.</summary>
    public static GitFolder Repository(string path)
    {
        var repository = new GitFolder(path);
        repository.Git("init", "-q");
        return repository;
    }

    /// <summary>Runs git in the folder, and returns what it printed.</summary>
    public string Git(params string[] arguments)
    {
        ProgramRun run = ProgramRun.Start(Limit, Environment, "git", ["-C", FullName, .. arguments]);
        Assert.True(run.ExitCode == 0, run.Text);
        return string.Join('\n', run.Lines);
    }

    /// <summary>Writes a file, commits what there is, and returns the commit's number.</summary>
    public string Commit(string file)
    {
        File.WriteAllText(Path.Combine(FullName, file), "<Project />");
        Git("add", "-A");
        Git("commit", "-q", "-m", "A project");
        return Git("rev-parse", "HEAD");
    }
}
