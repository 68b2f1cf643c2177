using Xen.Hosts.Tests.Aot;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>The package, as a project has it that is not in the repository.</summary>
public class PackageTests
{
    private static readonly string Programs = Environment.GetEnvironmentVariable("PATH")!;

    [QemuFact]
    public void A_project_elsewhere_runs_in_the_simulation_is_told_what_it_lacks_and_gets_its_image()
    {
        using var project = new OutsideProject();
        ProgramRun run = project.DotNet("run", Programs, "--project", project.Project);
        Assert.True(run.ExitCode == 0, run.Text);
        Assert.Contains(run.Lines, line => line.StartsWith("Hello from ", StringComparison.Ordinal) && line.EndsWith(", on simulation.", StringComparison.Ordinal));

        string[] options = [project.Project, "-c", "Release", "-o", project.Published, "-v", "m", "--nologo", "--disable-build-servers"];
        ProgramRun refused = project.DotNet("publish", project.PathWithout("musl-gcc"), options);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(refused.Lines, line => line.Contains("XEN0001: To build a unikernel, install these Debian packages: musl-tools", StringComparison.Ordinal));

        ProgramRun publish = project.DotNet("publish", Programs, options);
        Assert.True(publish.ExitCode == 0, publish.Text);
        Assert.DoesNotContain(publish.Lines, line => line.Contains("warning", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(
            ["hello.cfg", "hello.cfg.in", "hello.manifest.json", "hello.qubes.md", "hello.xen"],
            Directory.EnumerateFileSystemEntries(project.Published).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("\nextra = \"--log=info\"\n", File.ReadAllText(Path.Combine(project.Published, "hello.cfg")), StringComparison.Ordinal);
    }
}
