using System.Buffers.Binary;
using Xen.Platform;
using Xen.Simulation.Choices;

namespace Xen.Checks.Boot;

/// <summary>A start info with one thing wrong, in memory that has all that it points to, address 0 too: what refuses it is the check alone.</summary>
internal static class StartInfoFaultChecks
{
    private const int At = 0x1000, ListAt = 0x2000, LineAt = 0x4000, ModuleLineAt = 0x6000, MapAt = 0x8000, MemoryBytes = 0x10000;

    // What is wrong, and what must be said of it.
    private static readonly (Action<IChoice, byte[]> Make, string Said)[] Faults =
    [
        ((choice, memory) => memory[At + choice.Next(4)] ^= (byte)(1 << choice.Next(8)), "the magic at 0x1000 is"),
        ((_, memory) => Word(memory, At + 12, PvhBoot.ModuleLimit + 1), "modlist has 129 entries, expected at most 128"),
        ((_, memory) => Long(memory, At + 16, 0), "modlist has 1 entries and no address"),
        ((choice, memory) => Long(memory, At + 16, ulong.MaxValue - (ulong)choice.Next(32)), "32 bytes, reaches beyond the end of the address space"),
        ((choice, memory) => Long(memory, At + 16, MemoryBytes - (ulong)choice.Next(32)), "32 bytes, is not in the guest's memory"),
        ((_, memory) => Word(memory, At + 48, PvhBoot.MemoryMapLimit + 1), "memmap has 1025 entries, expected at most 1024"),
        ((choice, memory) => Long(memory, At + 40, MemoryBytes - (ulong)choice.Next(24)), "24 bytes, is not in the guest's memory"),
        ((choice, memory) => Long(memory, ListAt, ulong.MaxValue - 99 + (ulong)choice.Next(100)), "module 0 at 0x"),
        ((_, memory) => memory.AsSpan(LineAt, PvhBoot.CommandLineLimit).Fill((byte)'a'), "cmdline at 0x4000 has no zero byte among its first 4096"),
        ((_, memory) => memory.AsSpan(ModuleLineAt, PvhBoot.CommandLineLimit).Fill((byte)'a'),
            "the cmdline of module 0 at 0x6000 has no zero byte among its first 4096"),
        ((choice, memory) => Long(memory, At + 24, MemoryBytes + (ulong)choice.Next(4096)), "is not in the guest's memory"),
        ((_, memory) => memory[MemoryBytes - 1] = 1, "cmdline at 0x10000, 64 bytes, is not in the guest's memory"),
    ];

    public static void EachIsRefusedByName(IChoice choice)
    {
        byte[] memory = Good(version: 1 + (uint)choice.Next(3));
        int number = choice.Next(Faults.Length);
        // The last fault: a text that has no end before memory does.
        Long(memory, At + 24, number == Faults.Length - 1 ? MemoryBytes - 1 : (ulong)LineAt);
        (Action<IChoice, byte[]> make, string said) = Faults[number];
        make(choice, memory);
        ExpectRefusal(new BootMemory(0, memory), At, said);
    }

    public static void LimitsAreTaken(IChoice choice)
    {
        byte[] memory = Good(version: 1);
        Word(memory, At + 12, PvhBoot.ModuleLimit);
        memory.AsSpan(ListAt, PvhBoot.ModuleLimit * 32).Clear();
        Long(memory, ListAt, ulong.MaxValue - 100);
        Long(memory, ListAt + 8, 100);
        Word(memory, At + 48, PvhBoot.MemoryMapLimit);
        memory.AsSpan(LineAt, PvhBoot.CommandLineLimit - 1).Fill((byte)'a');
        // A map is one when it has an address and entries.
        int missing = choice.Next(3);
        Long(memory, At + 40, missing == 1 ? 0 : (ulong)MapAt);
        Word(memory, At + 48, missing == 2 ? 0 : (uint)PvhBoot.MemoryMapLimit);
        PvhBoot boot = PvhBoot.Read(new BootMemory(0, memory), At);
        Expect.Equal(PvhBoot.ModuleLimit, boot.Modules.Count, "modules");
        Expect.Equal(new PvhModule(ulong.MaxValue - 100, 100, null), boot.Modules[0], "the module at the end of the address space");
        Expect.Equal(PvhBoot.CommandLineLimit - 1, boot.CommandLine!.Length, "characters of the command line");
        Expect.Equal(missing == 0, boot.MemoryMap is not null, "there is a map");
    }

    // Memory that ends where the structure of version 0 does, and one that ends inside it.
    public static void VersionsEndWhereTheyEnd(IChoice choice)
    {
        uint version = (uint)choice.Next(3);
        byte[] good = Good(version), memory = good[..(At + 40 + choice.Next(16))];
        memory.AsSpan(At + 12, 20).Clear();
        if (version > 0)
        {
            ExpectRefusal(new BootMemory(0, memory), At, "hvm_start_info, from version 1 on,");
            return;
        }

        Expect.Equal(null, PvhBoot.Read(new BootMemory(0, memory), At).MemoryMap, "the map of version 0");
        ExpectRefusal(new BootMemory(0, good[..(At + choice.Next(40))]), At, "hvm_start_info at 0x1000, 40 bytes, is not in the guest's memory");
        ExpectRefusal(new BootMemory(0, good), ulong.MaxValue - (ulong)choice.Next(40), "40 bytes, reaches beyond the end of the address space");
    }

    private static byte[] Good(uint version)
    {
        byte[] memory = new byte[MemoryBytes];
        Word(memory, At, 0x336EC578);
        Word(memory, At + 4, version);
        Word(memory, At + 12, 1);
        Long(memory, At + 16, ListAt);
        Long(memory, At + 24, LineAt);
        Long(memory, At + 40, MapAt);
        Word(memory, At + 48, 1);
        Long(memory, ListAt + 8, 100);
        Long(memory, ListAt + 16, ModuleLineAt);
        Long(memory, MapAt + 8, 0x100000);
        Word(memory, MapAt + 16, 1);
        return memory;
    }

    private static void ExpectRefusal(BootMemory memory, ulong address, string said)
    {
        try
        {
            PvhBoot.Read(memory, address);
        }
        catch (InvalidDataException refused)
        {
            Expect.That(refused.Message.Contains(said, StringComparison.Ordinal), $"'{refused.Message}' does not say '{said}'.");
            Expect.Equal(false, memory.WasWrapped, "a read came round at the end of the address space");
            return;
        }

        throw new CheckFailedException($"Nothing refused it, expected '{said}'.");
    }

    private static void Word(byte[] memory, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(memory.AsSpan(at), value);

    private static void Long(byte[] memory, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(memory.AsSpan(at), value);
}
