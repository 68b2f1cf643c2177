using System.Text;
using System.Text.RegularExpressions;
using Xen.Hosts.Tests.Aot;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>The second way to boot an image: a multiboot2 loader. What it hands over reaches the guest, and what is wrong with it is said.</summary>
public class MultibootTests
{
    private const uint At = 0x3000000, ModuleAt = 0x2800000, ImageAt = 0x400000;

    // In the firmware's last page, where nothing but its place is wrong.
    private const uint Zeros = 0xfffff0c0;

    // All of the machine's 64 MiB but what its firmware keeps.
    private static readonly MapEntry LowMemory = new(0, 0x9f000, 1), Memory = new(0x100000, 0x3e00000, 1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>What is wrong, and what must be said of it.</summary>
    public static TheoryData<string, string> Faults() => new()
    {
        { "magic", "magic 36d76288, information at 3000000" },
        { "not aligned", "information at 3000004" },
        { "at the end of what boot sees", "information at fffff0c0" },
        { "in the image", "information at 400008 of 0 bytes" },
        { "up to the image", "information at 3f8000" },
        { "too large", "information at 3000000 of 65537 bytes" },
        { "no size", "no whole tag at 8 of 0 bytes" },
        { "no end", "no whole tag at 24 of 24 bytes" },
        { "end behind the end", "no whole tag at 24 of 21 bytes" },
        { "tag without a size", "no whole tag at 8 of 24 bytes" },
        { "tag beyond the end", "no whole tag at 8 of 32 bytes" },
        { "command line without an end", "a tag of type 1 has a wrong size, 12, or a text without an end" },
        { "empty command line", "a tag of type 1 has a wrong size, 8, or" },
        { "short map", "a tag of type 6 has a wrong size, 12, or" },
        { "entries of another size", "entries of the memory map have 20 bytes, expected 24" },
        { "short RSDP", "a tag of type 15 has a wrong size, 20, or" },
        { "short RSDP of ACPI 1", "a tag of type 14 has a wrong size, 20, or" },
        { "module without a text", "a tag of type 3 has a wrong size, 16, or" },
        { "module's text without an end", "a tag of type 3 has a wrong size, 20, or a text without an end" },
        { "module that ends before its start", "module 0, 2800001 to 2800000: at most 16" },
        { "17 modules", "module 16, 2800000 to 2800001: at most 16" },
        { "command line of 4,096 characters", "start info: the command line has more than 4095 characters" },
        { "no map", "start info: no memory map, and none from Xen" },
        { "257 entries", "start info: no memory map, and none from Xen" },
        { "256 entries, the last of which leaves no memory", "bytes of memory next to each other below 4 GiB at boot" },
        { "entry up to the end of the address space, which leaves no memory", "bytes of memory next to each other below 4 GiB at boot" },
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

    // Below the image too, and with a memory map in no order: what allows less wins, and what is not a whole page is none.
    [QemuTheory]
    [InlineData(At)]
    [InlineData(ImageAt - 0x80000)]
    public void Odd_memory_maps_are_put_in_order(uint at)
    {
        MultibootInformation information = WithMap(
            Memory, new(0xfd000000, 0x3000000, 2), new(0x200000, 0x1000, 1), new(0x300000, 0, 2), LowMemory,
            new(ulong.MaxValue - 0xffe, 0xfff, 1), new(ulong.MaxValue - 0xff, 0x200, 2))
            .Add(MultibootInformation.CommandLine, MultibootInformation.Text("boot"));
        ProgramRun run = Boot(MultibootLoader.Magic, at, (at, Ended(information)));
        Assert.True(run.ExitCode == Machine.PoweredOff, run.Text);
        Assert.Contains("memory map with 2 ranges of RAM", run.Lines);
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
            fault switch { "not aligned" => At + 4, "at the end of what boot sees" => Zeros, "in the image" => ImageAt + 8, "up to the image" => ImageAt - 0x8000, _ => At },
            (At, Faulty(fault)));
        Assert.Contains(run.Lines, line => Regex.IsMatch(line, $"^layer: PANIC: .*{Regex.Escape(expected)}"));
        Assert.True(run.ExitCode == Machine.Crashed, run.Text);
    }

    private static byte[] Faulty(string fault) => fault switch
    {
        "too large" => new MultibootInformation { Size = 65537 }.ToArray(),
        "no size" => Ended(new MultibootInformation { Size = 0 }),
        "no end" => new MultibootInformation().Add(MultibootInformation.CommandLine, MultibootInformation.Text("word")).ToArray(),
        "end behind the end" => Ended(
            new MultibootInformation { Size = 21 }.Add(MultibootInformation.CommandLine, MultibootInformation.Text("word"))),
        "tag without a size" => Ended(new MultibootInformation().Add(MultibootInformation.CommandLine, [], 0)),
        "tag beyond the end" => Ended(new MultibootInformation().Add(MultibootInformation.CommandLine, MultibootInformation.Text("word"), 25)),
        "command line without an end" => Ended(new MultibootInformation().Add(MultibootInformation.CommandLine, Encoding.ASCII.GetBytes("word"))),
        "command line of 4,096 characters" => Ended(WithMap().Add(MultibootInformation.CommandLine, MultibootInformation.Text(new string('w', 4096)))),
        "empty command line" => Ended(new MultibootInformation().Add(MultibootInformation.CommandLine, [])),
        "short map" => Ended(new MultibootInformation().Add(MultibootInformation.MemoryMap, MultibootInformation.Words(24))),
        "entries of another size" => Ended(new MultibootInformation().Add(MultibootInformation.MemoryMap, MultibootInformation.Words(20, 0, 0, 0, 0, 0, 0))),
        "short RSDP" => Ended(new MultibootInformation().Add(MultibootInformation.Rsdp, new byte[12])),
        "short RSDP of ACPI 1" => Ended(new MultibootInformation().Add(MultibootInformation.OldRsdp, new byte[12])),
        "module without a text" => Ended(WithMap().Add(MultibootInformation.Module, MultibootInformation.Words(0x800000, 0x800001))),
        "module's text without an end" => Ended(WithMap().Add(MultibootInformation.Module, MultibootInformation.Words(ModuleAt, ModuleAt + 1, 0x64726f77))),
        "257 entries" => Ended(WithMap([.. Enumerable.Repeat(Memory, 257)])),
        "256 entries, the last of which leaves no memory" => Ended(WithMap(
            [Memory, .. Enumerable.Range(0, 254).Select(i => new MapEntry(0x100000000 + ((ulong)i << 13), 0x1000, 2)), Memory with { Type = 2 }])),
        "entry up to the end of the address space, which leaves no memory" => Ended(WithMap(Memory, Memory with { Size = ulong.MaxValue - Memory.Address + 1, Type = 2 })),
        "module that ends before its start" => Ended(WithMap().Add(MultibootInformation.Module, ModuleTag(ModuleAt + 1, ModuleAt, ""))),
        "17 modules" => Ended(Enumerable.Range(0, 17).Aggregate(
            WithMap(), (information, _) => information.Add(MultibootInformation.Module, ModuleTag(ModuleAt, ModuleAt + 1, "")))),
        "no map" => Ended(new MultibootInformation()),
        _ => Ended(WithMap()),
    };

    private static MultibootInformation WithMap(params MapEntry[] entries) => new MultibootInformation().Add(
        MultibootInformation.MemoryMap,
        [.. MultibootInformation.Words(24, 0), .. (entries.Length > 0 ? entries : [LowMemory, Memory]).SelectMany(static entry => entry.ToArray())]);

    private static byte[] ModuleTag(uint start, uint end, string words) => [.. MultibootInformation.Words(start, end), .. MultibootInformation.Text(words)];

    private static byte[] Ended(MultibootInformation information) => information.Add(MultibootInformation.End, []).ToArray();

    private static ProgramRun Boot(uint eax, uint ebx, params (uint Address, byte[] Bytes)[] memory) =>
        MultibootLoader.Boot(AotImage.UnikernelGuest.Native, eax, ebx, Limit, memory);
}
