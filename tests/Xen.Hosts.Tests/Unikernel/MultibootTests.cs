using System.Text;
using System.Text.RegularExpressions;
using Xen.Hosts.Tests.Aot;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>The second way to boot an image: a multiboot2 loader. What it hands over reaches the guest, and what is wrong with it is said.</summary>
public class MultibootTests
{
    private const uint At = 0x3000000, ModuleAt = 0x2800000, ImageAt = 0x400000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>What is wrong, and what must be said of it.</summary>
    public static TheoryData<string, string> Faults() => new()
    {
        { "magic", "magic 36d76288, information at 3000000" },
        { "not aligned", "information at 3000004" },
        { "at the end of what boot sees", "information at fffffff8" },
        { "in the image", "information at 400000" },
        { "too large", "of 65537 bytes" },
        { "no size", "no whole tag at 8 of 0 bytes" },
        { "no end", "no whole tag at 24 of 24 bytes" },
        { "tag without a size", "no whole tag at 8 of 24 bytes" },
        { "tag beyond the end", "no whole tag at 8 of 32 bytes" },
        { "command line without an end", "a tag of type 1 has a wrong size, 12, or a text without an end" },
        { "empty command line", "a tag of type 1 has a wrong size, 8, or" },
        { "short map", "a tag of type 6 has a wrong size, 12, or" },
        { "entries of another size", "entries of the memory map have 20 bytes, expected 24" },
        { "short RSDP", "a tag of type 15 has a wrong size, 20, or" },
        { "module that ends before its start", "module 0, 2800001 to 2800000: at most 16" },
        { "17 modules", "module 16, 2800000 to 2800001: at most 16" },
        { "no map", "start info: no memory map, and none from Xen" },
    };

    [QemuFact]
    public void What_the_loader_hands_over_reaches_the_guest()
    {
        byte[] module = Encoding.ASCII.GetBytes("a module's text");
        MultibootInformation information = WithMap()
            .Add(MultibootInformation.CommandLine, MultibootInformation.Text("boot \"two words\""))
            .Add(MultibootInformation.Rsdp, [.. Encoding.ASCII.GetBytes("RSD PTR "), .. new byte[28]])
            .Add(MultibootInformation.Module, ModuleTag(ModuleAt, ModuleAt + (uint)module.Length, "of it"));
        ProgramRun run = Boot(MultibootLoader.Magic, At, (At, Ended(information)), (ModuleAt, module));
        Assert.True(run.ExitCode == Machine.PoweredOff, run.Text);
        Assert.Contains("command line 'boot \"two words\"'", run.Lines);
        Assert.Contains("memory map with 2 ranges of RAM", run.Lines);
        Assert.Contains("RSDP 'RSD PTR '", run.Lines);
        Assert.Contains("module 'of it' of 15 bytes: 'a module's text'", run.Lines);
    }

    [GrubFact]
    public void Grub_boots_the_image()
    {
        ProgramRun run = GrubDisk.Boot(AotImage.UnikernelGuest.Native, Limit, "boot", "\"two words\"");
        Assert.Contains("command line 'boot \"two words\"'", run.Lines);
        Assert.Contains("RSDP 'RSD PTR '", run.Lines);
        Assert.Contains("module 'of it' of 12 bytes: 'a text of it'", run.Lines);
        Assert.True(run.ExitCode == Machine.PoweredOff, run.Text);
    }

    [QemuTheory]
    [MemberData(nameof(Faults))]
    public void What_is_wrong_with_it_is_said_before_the_end(string fault, string expected)
    {
        ProgramRun run = Boot(
            fault == "magic" ? MultibootLoader.Magic - 1 : MultibootLoader.Magic,
            fault switch { "not aligned" => At + 4, "at the end of what boot sees" => 0xfffffff8, "in the image" => ImageAt, _ => At },
            (At, Faulty(fault)));
        Assert.Contains(run.Lines, line => Regex.IsMatch(line, $"^layer: PANIC: .*{Regex.Escape(expected)}"));
        Assert.True(run.ExitCode == Machine.Crashed, run.Text);
    }

    private static byte[] Faulty(string fault) => fault switch
    {
        "too large" => new MultibootInformation { Size = 65537 }.ToArray(),
        "no size" => new MultibootInformation { Size = 0 }.ToArray(),
        "no end" => new MultibootInformation().Add(MultibootInformation.CommandLine, MultibootInformation.Text("word")).ToArray(),
        "tag without a size" => Ended(new MultibootInformation().Add(MultibootInformation.CommandLine, [], 0)),
        "tag beyond the end" => Ended(new MultibootInformation().Add(MultibootInformation.CommandLine, MultibootInformation.Text("word"), 25)),
        "command line without an end" => Ended(new MultibootInformation().Add(MultibootInformation.CommandLine, Encoding.ASCII.GetBytes("word"))),
        "empty command line" => Ended(new MultibootInformation().Add(MultibootInformation.CommandLine, [])),
        "short map" => Ended(new MultibootInformation().Add(MultibootInformation.MemoryMap, MultibootInformation.Words(24))),
        "entries of another size" => Ended(new MultibootInformation().Add(MultibootInformation.MemoryMap, MultibootInformation.Words(20, 0, 0, 0, 0, 0, 0))),
        "short RSDP" => Ended(new MultibootInformation().Add(MultibootInformation.Rsdp, new byte[12])),
        "module that ends before its start" => Ended(WithMap().Add(MultibootInformation.Module, ModuleTag(ModuleAt + 1, ModuleAt, ""))),
        "17 modules" => Ended(Enumerable.Range(0, 17).Aggregate(
            WithMap(), (information, _) => information.Add(MultibootInformation.Module, ModuleTag(ModuleAt, ModuleAt + 1, "")))),
        "no map" => Ended(new MultibootInformation()),
        _ => Ended(WithMap()),
    };

    // All of the machine's 64 MiB but what its firmware keeps.
    private static MultibootInformation WithMap() => new MultibootInformation().Add(
        MultibootInformation.MemoryMap,
        MultibootInformation.Words(24, 0, 0, 0, 0x9f000, 0, 1, 0, 0x100000, 0, 0x3e00000, 0, 1, 0));

    private static byte[] ModuleTag(uint start, uint end, string words) => [.. MultibootInformation.Words(start, end), .. MultibootInformation.Text(words)];

    private static byte[] Ended(MultibootInformation information) => information.Add(MultibootInformation.End, []).ToArray();

    private static ProgramRun Boot(uint eax, uint ebx, params (uint Address, byte[] Bytes)[] memory) =>
        MultibootLoader.Boot(AotImage.UnikernelGuest.Native, eax, ebx, Limit, memory);
}
