using System.Runtime.InteropServices;
using Xen.Platform.Abi;

namespace Xen.Platform;

/// <summary>What a PVH guest is told at its entry, copied and checked (xen-protocols 1.1). Nothing of it refers to the boot loader's memory any more.</summary>
public sealed class PvhBoot
{
    /// <summary>Bytes of a command line at most, with its final zero.</summary>
    public const int CommandLineLimit = 4096;

    /// <summary>Modules at most.</summary>
    public const int ModuleLimit = 128;

    /// <summary>Entries of a memory map at most.</summary>
    public const int MemoryMapLimit = 1024;

    private PvhBoot(in HvmStartInfo info, PvhModule[] modules, string? commandLine, MemoryMap? memoryMap)
    {
        Version = info.Version;
        Flags = info.Flags;
        RsdpAddress = info.RsdpPaddr;
        Modules = modules;
        CommandLine = commandLine;
        MemoryMap = memoryMap;
    }

    /// <summary>Version of the start info: 0, 1 or newer.</summary>
    public uint Version { get; }

    /// <summary>What kind of guest it is.</summary>
    public StartInfoFlags Flags { get; }

    /// <summary>What was loaded beside the kernel, in the loader's order.</summary>
    public IReadOnlyList<PvhModule> Modules { get; }

    /// <summary>The guest's command line, as UTF-8, or, when it is none, with one character for each byte; <see langword="null"/> for none.</summary>
    public string? CommandLine { get; }

    /// <summary>Physical address of ACPI's root pointer; 0 for none.</summary>
    public ulong RsdpAddress { get; }

    /// <summary>The memory map; <see langword="null"/> when the start info has none, see <see cref="Xen.Platform.MemoryMap.FromHypervisor"/>.</summary>
    public MemoryMap? MemoryMap { get; }

    /// <summary>Reads the start info and everything that it points to.</summary>
    /// <param name="memory">The guest's memory.</param>
    /// <param name="startInfoAddress">Its physical address: what <c>ebx</c> holds at the entry.</param>
    /// <exception cref="InvalidDataException">Something is not as the specification says, or not in memory; the message names it.</exception>
    public static PvhBoot Read(IPhysicalMemory memory, ulong startInfoAddress)
    {
        ArgumentNullException.ThrowIfNull(memory);
        HvmStartInfo info = ReadInfo(memory, startInfoAddress);
        HvmModlistEntry[] entries = PhysicalMemoryReader.ReadArray<HvmModlistEntry>(memory, info.ModlistPaddr, info.NrModules, ModuleLimit, "modlist");
        var modules = new PvhModule[entries.Length];
        for (int i = 0; i < entries.Length; i++)
        {
            modules[i] = ReadModule(memory, entries[i], i);
        }

        string? commandLine = PhysicalMemoryReader.ReadString(memory, info.CmdlinePaddr, CommandLineLimit, "cmdline");
        return new PvhBoot(info, modules, commandLine, ReadMemoryMap(memory, info));
    }

    // Version 0 ends where it ends: what follows it may be the next structure, or no memory at all.
    private static HvmStartInfo ReadInfo(IPhysicalMemory memory, ulong address)
    {
        HvmStartInfo info = default;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<HvmStartInfo>(ref info));
        PhysicalMemoryReader.Read(memory, address, bytes[..HvmStartInfo.Version0Bytes], "hvm_start_info");
        if (info.Magic != HvmStartInfo.MagicValue)
        {
            throw PhysicalMemoryReader.Bad($"the magic at 0x{address:x} is 0x{info.Magic:x8}, expected 0x{HvmStartInfo.MagicValue:x8}");
        }

        if (info.Version > 0)
        {
            PhysicalMemoryReader.Read(memory, address + HvmStartInfo.Version0Bytes, bytes[HvmStartInfo.Version0Bytes..], "hvm_start_info, from version 1 on,");
        }

        return info;
    }

    private static PvhModule ReadModule(IPhysicalMemory memory, in HvmModlistEntry entry, int index)
    {
        if (entry.Size > ulong.MaxValue - entry.Paddr)
        {
            throw PhysicalMemoryReader.Bad(
                $"module {index} at 0x{entry.Paddr:x}, 0x{entry.Size:x} bytes, reaches beyond the end of the address space");
        }

        string? commandLine = PhysicalMemoryReader.ReadString(memory, entry.CmdlinePaddr, CommandLineLimit, $"the cmdline of module {index}");
        return new PvhModule(entry.Paddr, entry.Size, commandLine);
    }

    private static MemoryMap? ReadMemoryMap(IPhysicalMemory memory, in HvmStartInfo info)
    {
        if (info.MemmapPaddr == 0 || info.MemmapEntries == 0)
        {
            return null;
        }

        HvmMemmapTableEntry[] entries =
            PhysicalMemoryReader.ReadArray<HvmMemmapTableEntry>(memory, info.MemmapPaddr, info.MemmapEntries, MemoryMapLimit, "memmap");
        return MemoryMap.Normalise(Array.ConvertAll(entries, static entry => new E820Entry { Addr = entry.Addr, Size = entry.Size, Type = entry.Type }));
    }
}
