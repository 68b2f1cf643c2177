namespace Xen.Lab.Tests;

/// <summary>What the stack does on a real Xen: one test for each check that dom0 reports.</summary>
public class LabTests(LabBoot boot) : IClassFixture<LabBoot>
{
    // Of checks/45-tool.sh.
    private const int Pings = 5;

    public static TheoryData<string, string> Checks()
    {
        var checks = new TheoryData<string, string>();
        foreach (LabCheck check in LabCheck.Declared)
        {
            checks.Add(check.Name, check.Sentence);
        }

        return checks;
    }

    [LabTheory]
    [MemberData(nameof(Checks))]
    public void On_real_Xen(string name, string sentence)
    {
        string? report = boot.Report(name);
        Assert.True(report is not null, $"{sentence}: dom0 said nothing about {name}.\n{boot.Explain(name)}");
        Assert.True(LabReports.IsOk(report), $"{sentence}: {report}\n{boot.Explain(name)}");
    }

    /// <summary>The file that <c>xenstack net ping --pcap</c> wrote in dom0, read by a reader that is not ours: each question with its answer.</summary>
    [LabTsharkFact]
    public void Tshark_reads_the_capture_of_real_frames()
    {
        string base64 = string.Concat(boot.After("PCAP"));
        Assert.True(base64.Length > 0, $"dom0 printed no capture.\n{boot.Explain("tool-net-ping")}");
        string file = Path.Combine(LabFolder.Results, "lab.pcapng");
        File.WriteAllBytes(file, Convert.FromBase64String(base64));
        string[] fields = ["-e", "icmp.type", "-e", "ip.src", "-e", "icmp.checksum.status", "-e", "data.len"];
        ToolRun run = ToolRun.Start(
            TimeSpan.FromSeconds(60), LabTsharkFactAttribute.Tshark, ["-r", file, "-Y", "icmp", "-T", "fields", "-E", "separator=,", .. fields]);
        string[] lines = [.. run.Lines.Where(line => line.Contains(','))];
        Assert.True(run.ExitCode == 0, string.Join('\n', run.Lines));
        Assert.Equal(Pings, lines.Count(line => line == "8,10.77.0.6,1,1000"));
        Assert.Equal(Pings, lines.Count(line => line == "0,10.77.0.1,1,1000"));
    }
}
