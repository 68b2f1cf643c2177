namespace Xen.Lab.Tests;

/// <summary>dom0's shell functions, with made-up tools. These run without the lab.</summary>
public class LabScriptTests
{
    [Fact]
    public void A_list_of_what_is_held_counts_only_when_every_tool_gave_its_part()
    {
        ToolRun run = ToolRun.Start(TimeSpan.FromSeconds(60), "bash", Path.Combine(LabFolder.Lab, "check-lab.sh"));
        Assert.True(run.ExitCode == 0, string.Join('\n', run.Lines));
    }
}
