using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using Xen.Hosts.Tests.Aot;
using Xen.Platform;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>A PVH loader that hands over what none should: the layer says what is wrong with it before it uses any memory.</summary>
public class StartInfoTests
{
    private const uint At = 0x3000000, MapAt = At + 0x100, ModulesAt = At + 0x200, LineAt = At + 0x800, ModuleAt = 0x2800000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>What is wrong, and what must be said of it.</summary>
    public static TheoryData<string, string> Faults() => new()
    {
        { "magic", "start info at 3000000 has the magic 336ec579, expected 336ec578" },
        { "version 0", "start info: no memory map, and none from Xen" },
        { "no entries", "start info: no memory map, and none from Xen" },
        { "257 entries", "start info: no memory map, and none from Xen" },
        { "map at 0", "start info: no memory map, and none from Xen" },
        { "map beyond what boot sees", "start info: no memory map, and none from Xen" },
        { "17 modules", "start info: 17 modules at 3000200, expected at most 16" },
        { "modules beyond what boot sees", "start info: 1 modules at fffffff0, expected at most 16" },
        { "module that comes round", "start info: module 0 at 2800000 has fffffffffd800000 bytes" },
    };

    [QemuFact]
    public void What_the_loader_hands_over_reaches_the_guest()
    {
        ProgramRun run = Boot(Info(""));
        Assert.True(run.ExitCode == Machine.PoweredOff, run.Text);
        Assert.Contains("command line 'boot'", run.Lines);
        Assert.Contains("memory map with 2 ranges of RAM", run.Lines);
        Assert.Contains("module '' of 15 bytes: 'a module's text'", run.Lines);
    }

    [QemuTheory]
    [MemberData(nameof(Faults))]
    public void What_is_wrong_with_it_is_said_before_the_end(string fault, string expected)
    {
        ProgramRun run = Boot(Info(fault));
        Assert.Contains(run.Lines, line => Regex.IsMatch(line, $"^layer: PANIC: .*{Regex.Escape(expected)}"));
        Assert.True(run.ExitCode == Machine.Crashed, run.Text);
    }

    private static ProgramRun Boot(byte[] info)
    {
        string image = AotImage.UnikernelGuest.Native;
        uint entry = (uint)ElfNotes.Read(File.ReadAllBytes(image)).Entry!.Value;
        return MultibootLoader.Boot(image, entry, 0, At, Limit, (At, info), (ModuleAt, Encoding.ASCII.GetBytes("a module's text")));
    }

    private static byte[] Info(string fault)
    {
        byte[] bytes = new byte[0x1000];
        Word(bytes, 0, fault == "magic" ? 0x336ec579u : 0x336ec578u);
        Word(bytes, 4, fault == "version 0" ? 0u : 1u);
        Word(bytes, 12, fault == "17 modules" ? 17u : 1u);
        Long(bytes, 16, fault == "modules beyond what boot sees" ? 0xfffffff0 : ModulesAt);
        Long(bytes, 24, LineAt);
        Long(bytes, 40, fault switch { "map at 0" => 0, "map beyond what boot sees" => 0xfffffff0, _ => MapAt });
        Word(bytes, 48, fault switch { "no entries" => 0, "257 entries" => 257, _ => 2u });
        new MapEntry(0, 0x9f000, 1).ToArray().CopyTo(bytes, (int)(MapAt - At));
        new MapEntry(0x100000, 0x3e00000, 1).ToArray().CopyTo(bytes, (int)(MapAt - At) + 24);
        Long(bytes, (int)(ModulesAt - At), ModuleAt);
        Long(bytes, (int)(ModulesAt - At) + 8, fault == "module that comes round" ? ulong.MaxValue - ModuleAt + 1 : 15);
        "boot"u8.CopyTo(bytes.AsSpan((int)(LineAt - At)));
        return bytes;
    }

    private static void Word(byte[] bytes, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);

    private static void Long(byte[] bytes, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), value);
}
