using System.Buffers.Binary;
using System.Text;
using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

/// <summary>
/// What a toolstack leaves in a new domain's memory: start info, modules, command lines, memory map. Written byte by byte from the
/// specification (xen-protocols 1.1), so that it shares no structure with the reader.
/// </summary>
internal sealed class BootImage
{
    /// <summary>Entries of a domain's memory map.</summary>
    public const int MapEntries = 2;

    private const int InfoBytesOfVersion0 = 40;
    private const int InfoBytesOfVersion1 = 56;
    private const int ModuleEntryBytes = 32;
    private const int MapEntryBytes = 24;

    private readonly List<byte> _bytes = [];
    private readonly ulong _address;

    private BootImage(ulong address) => _address = address;

    /// <summary>How many pages the image of these options takes.</summary>
    public static int PagesFor(SimulationOptions options) => (Build(options, 0, new E820Entry[MapEntries], 0).Length + PageSize.Bytes - 1) / PageSize.Bytes;

    /// <summary>The bytes to place at an address: the start info is the first of them.</summary>
    public static byte[] Build(SimulationOptions options, ulong address, ReadOnlySpan<E820Entry> map, StartInfoFlags flags)
    {
        bool hasMap = options.StartInfoVersion >= 1;
        var image = new BootImage(address);
        image._bytes.AddRange(new byte[hasMap ? InfoBytesOfVersion1 : InfoBytesOfVersion0]);
        ulong commandLine = image.AppendString(options.CommandLine);
        ulong modules = image.AppendModules(options.Modules);
        ulong mapAddress = hasMap ? image.AppendMap(map) : 0;
        byte[] bytes = [.. image._bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, 0x336EC578);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), (uint)options.StartInfoVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), (uint)flags);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), (uint)options.Modules.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), modules);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), commandLine);
        if (hasMap)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(40), mapAddress);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(48), (uint)map.Length);
        }

        return bytes;
    }

    private ulong AppendModules(IReadOnlyList<SimulatedModule> modules)
    {
        if (modules.Count == 0)
        {
            return 0;
        }

        byte[] entries = new byte[modules.Count * ModuleEntryBytes];
        for (int i = 0; i < modules.Count; i++)
        {
            Span<byte> entry = entries.AsSpan(i * ModuleEntryBytes);
            BinaryPrimitives.WriteUInt64LittleEndian(entry, Append(modules[i].Content.Span, PageSize.Bytes));
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], (ulong)modules[i].Content.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], AppendString(modules[i].CommandLine));
        }

        return Append(entries, sizeof(ulong));
    }

    private ulong AppendMap(ReadOnlySpan<E820Entry> map)
    {
        byte[] entries = new byte[map.Length * MapEntryBytes];
        for (int i = 0; i < map.Length; i++)
        {
            Span<byte> entry = entries.AsSpan(i * MapEntryBytes);
            BinaryPrimitives.WriteUInt64LittleEndian(entry, map[i].Addr);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], map[i].Size);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[16..], (uint)map[i].Type);
        }

        return Append(entries, sizeof(ulong));
    }

    private ulong AppendString(string? text) => text is null ? 0 : Append(Encoding.UTF8.GetBytes(text + '\0'), 1);

    private ulong Append(ReadOnlySpan<byte> bytes, int alignment)
    {
        _bytes.AddRange(new byte[-_bytes.Count & (alignment - 1)]);
        ulong address = _address + (ulong)_bytes.Count;
        _bytes.AddRange(bytes);
        return address;
    }
}
