namespace Xen.Lab.Tests;

/// <summary>How dom0's lines become verdicts. These run without the lab.</summary>
public class LabReportsTests
{
    [Theory]
    [InlineData("ok 5 pages", "LAB a ok 5 pages", "a| noise", "LAB b fail")]
    [InlineData("ok", "LAB a ok")]
    [InlineData("fail status 1: x", "LAB a ok", "LAB a fail status 1: x", "LAB a ok again")]
    [InlineData("fail first", "LAB a fail first", "LAB a fail second")]
    [InlineData("", "LAB a")]
    [InlineData(null, "LAB ab ok", "LABa ok")]
    public void The_first_failure_of_a_check_is_its_verdict(string? expected, params string[] lines) =>
        Assert.Equal(expected, new LabReports(lines).Of("a"));

    [Theory]
    [InlineData(true, "ok")]
    [InlineData(true, "ok detail")]
    [InlineData(false, "okay")]
    [InlineData(false, "fail ok")]
    [InlineData(false, "")]
    public void Only_the_word_ok_is_a_pass(bool expected, string report) => Assert.Equal(expected, LabReports.IsOk(report));
}
