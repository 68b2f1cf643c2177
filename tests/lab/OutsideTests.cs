using System.Text.Json;

namespace Xen.Lab.Tests;

/// <summary>The package Xen.Unikernel, as a project outside of the repository has it. What its image does on Xen is a check of dom0's (60-unikernel.sh).</summary>
[Collection(LabBootOnce.Name)]
public class OutsideTests(LabBoot boot)
{
    private readonly OutsideRuns _outside = boot.Outside;

    [LabFact]
    public void The_project_runs_in_the_simulation()
    {
        AssertSucceeded(_outside.Pack);
        AssertSucceeded(_outside.Simulated);
        Assert.Contains("Hello from guest, dom1, on simulation.", _outside.Simulated.Lines);
    }

    [LabFact]
    public void Publishing_without_tools_is_one_error_that_names_their_packages()
    {
        AssertRefused(_outside.RefusedMusl, "gcc binutils musl-tools");
        AssertRefused(_outside.RefusedGlibc, "gcc binutils libc6-dev");
    }

    [LabFact]
    public void Publishing_is_without_warnings_and_glibc_needs_no_musl()
    {
        AssertPublished(_outside.Published, LabFolder.Outside, "musl");
        AssertPublished(_outside.PublishedGlibc, LabFolder.OutsideGlibc, "glibc");
    }

    /// <summary>A second publish with other options is another image, and its manifest has the command that makes it.</summary>
    [LabFact]
    public void Options_of_a_second_publish_take_effect_and_are_in_its_command()
    {
        AssertPublished(_outside.PublishedOptions, LabFolder.OutsideOptions, "musl");
        ElfSegment[] segments = ElfSegment.ReadAll(File.ReadAllBytes(Path.Combine(LabFolder.OutsideOptions, "hello.xen")));
        Assert.Equal(OutsideRuns.StackBytes, Assert.Single(segments, segment => segment.Type == ElfSegment.Stack).Size);
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(LabFolder.OutsideOptions, "hello.manifest.json")));
        Assert.Equal(
            $"dotnet publish hello.csproj -c Release '{OutsideRuns.Options[0]}' {OutsideRuns.Options[1]}", manifest.RootElement.GetProperty("publishCommand").GetString());
    }

    /// <summary>Else something else was tested: a package of this repository that was on the machine already.</summary>
    [LabFact]
    public void All_of_the_project_s_libraries_are_those_that_were_made()
    {
        Assert.Contains($"Xen.Unikernel/{_outside.Version}", _outside.Libraries);
        Assert.All(_outside.Libraries, library => Assert.EndsWith($"/{_outside.Version}", library, StringComparison.Ordinal));
    }

    private static void AssertRefused(ToolRun run, string packages)
    {
        Assert.NotEqual(0, run.ExitCode);
        string error = Assert.Single(run.Lines, line => line.Contains(": error ", StringComparison.Ordinal));
        Assert.Contains($": error XEN0001: To build a unikernel, install these Debian packages: {packages} [", error, StringComparison.Ordinal);
    }

    private void AssertPublished(ToolRun run, string folder, string libc)
    {
        AssertSucceeded(run);
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "hello.manifest.json")));
        Assert.Equal(_outside.Version, manifest.RootElement.GetProperty("xenUnikernel").GetString());
        Assert.Equal(libc, manifest.RootElement.GetProperty("libc").GetString());
    }

    private static void AssertSucceeded(ToolRun run)
    {
        Assert.True(run.ExitCode == 0, string.Join('\n', run.Lines));
        Assert.DoesNotContain(run.Lines, line => line.Contains("warning", StringComparison.OrdinalIgnoreCase));
    }
}
