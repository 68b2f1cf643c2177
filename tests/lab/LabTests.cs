using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xen.Platform;

namespace Xen.Lab.Tests;

/// <summary>What the stack does on a real Xen: one test for each check that dom0 reports.</summary>
[Collection(LabBootOnce.Name)]
public class LabTests(LabBoot boot)
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

    /// <summary>What <c>dotnet publish</c> gives, no more and no less, and that the smallest image stays small.</summary>
    [LabTheory]
    [InlineData("04-HelloUnikernel", "hello", 2_500_000)]
    [InlineData("03-Unikernel", "unikernel", 3_500_000)]
    [InlineData("Outside", "hello", 2_500_000)]
    [InlineData("Outside-options", "hello", 2_500_000)]
    [InlineData("Outside-glibc", "hello", 3_500_000)]
    public void Publishing_gives_an_image_and_what_a_toolstack_needs(string project, string name, long mostBytes)
    {
        string folder = Path.Combine(LabFolder.Published, project);
        string[] expected = [$"{name}.cfg", $"{name}.cfg.in", $"{name}.manifest.json", $"{name}.qubes.md", $"{name}.xen"];
        Assert.True(Directory.Exists(folder), boot.Explain("publish"));
        Assert.Equal(expected, Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        byte[] image = File.ReadAllBytes(Path.Combine(folder, $"{name}.xen"));
        Assert.InRange(image.LongLength, 1, mostBytes);
        string[] configuration = File.ReadAllLines(Path.Combine(folder, $"{name}.cfg"));
        Assert.Contains("type = \"pvh\"", configuration);
        Assert.Contains($"kernel = \"{name}.xen\"", configuration);
        Assert.DoesNotContain(configuration, line => line.Contains('@'));
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, $"{name}.manifest.json")));
        Assert.Equal(image.LongLength, manifest.RootElement.GetProperty("sizeBytes").GetInt64());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(image)), manifest.RootElement.GetProperty("sha256").GetString());
        ElfSegment[] segments = ElfSegment.ReadAll(image);
        Assert.Contains(segments, segment => segment is { IsLoaded: true, IsExecutable: true });
        Assert.DoesNotContain(segments, segment => segment is { IsLoaded: true, IsExecutable: true, IsWritable: true });
        ulong? entry = ElfNotes.Read(image).Entry;
        Assert.Contains(segments, segment => segment is { IsLoaded: true, IsExecutable: true } && segment.Address <= entry && entry < segment.Address + segment.Size);
        Assert.DoesNotContain(segments, segment => segment.Type is ElfSegment.Dynamic or ElfSegment.Interpreter);
    }

    /// <summary>The symbols of what was linked say what is in it.</summary>
    [LabTheory]
    [InlineData("04-HelloUnikernel/release_linux-x64/native/hello.xen.debug")]
    [InlineData("03-Unikernel/release_linux-x64/native/unikernel.xen.debug")]
    public void An_image_has_no_type_of_another_host(string linked)
    {
        string file = Path.Combine(LabFolder.Repository, "artifacts", "bin", linked);
        Assert.True(File.Exists(file), boot.Explain("publish"));
        string symbols = Encoding.Latin1.GetString(File.ReadAllBytes(file));
        Assert.Contains("UnikernelHost", symbols, StringComparison.Ordinal);
        Assert.All(["SimulationHost", "LinuxHost", "Xen_Simulation", "Xen_Linux"], name => Assert.DoesNotContain(name, symbols, StringComparison.Ordinal));
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
