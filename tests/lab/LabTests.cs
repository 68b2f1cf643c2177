namespace Xen.Lab.Tests;

/// <summary>What the stack does on a real Xen: one test for each check that dom0 reports.</summary>
public class LabTests(LabBoot boot) : IClassFixture<LabBoot>
{
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
        Assert.True(report.StartsWith("ok", StringComparison.Ordinal), $"{sentence}: {report}\n{boot.Explain(name)}");
    }
}
