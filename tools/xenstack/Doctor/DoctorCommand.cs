using System.CommandLine;
using Spectre.Console;

namespace XenStack.Tool;

/// <summary><c>xenstack doctor</c>: what the Linux host needs, what is missing, and how to get it.</summary>
internal sealed class DoctorCommand : Command
{
    public DoctorCommand(GlobalOptions options)
        : base("doctor", "Say what is missing for user-mode drivers on this machine, and how to get it.")
    {
        SetAction(result => Run(new LinuxExamination("/"), result.GetValue(options.Json)));
    }

    /// <summary>Prints the findings. 0 when nothing is missing, else 1.</summary>
    private static int Run(LinuxExamination examination, bool json)
    {
        List<Finding> findings = [.. examination.Examine()];
        if (json)
        {
            ToolOutput.Json(findings, ToolJsonContext.Default.ListFinding);
        }
        else
        {
            Print(findings);
        }

        return findings.TrueForAll(finding => finding.IsPresent) ? 0 : 1;
    }

    private static void Print(List<Finding> findings)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("", "what", "found", "what to do");
        foreach (Finding finding in findings)
        {
            string mark = finding.IsPresent ? "[green]ok[/]" : "[red]missing[/]";
            table.AddRow(mark, finding.Subject.EscapeMarkup(), finding.Detail.EscapeMarkup(), finding.Remedy.EscapeMarkup());
        }

        ToolOutput.Render(table);
    }
}
