using System.Buffers.Binary;
using System.Text;
using Xen.Platform;
using Xen.Simulation.Choices;

namespace Xen.Checks.Boot;

/// <summary>A start info and what it points to, written byte by byte, with nothing before it and nothing behind it.</summary>
internal sealed class StartInfoImage
{
    // In Latin-1 a text with \u00E4 among these is no UTF-8.
    private const string Letters = "abcxyz =\"-/\u00E4", MoreLetters = Letters + "\u0105\u20AC";

    private readonly List<byte> _bytes = [];
    private readonly bool _isUtf8;

    private StartInfoImage(IChoice choice)
    {
        Version = (uint)choice.Next(4);
        Flags = (uint)choice.Next(32);
        Rsdp = Words.NearALimit(choice);
        _isUtf8 = choice.Next(2) == 0;
        First = 0x1000UL << (choice.Next(40));
        _bytes.AddRange(new byte[Version == 0 ? 40 : 56]);
        Build(choice);
    }

    public uint Version { get; }

    public uint Flags { get; }

    public ulong Rsdp { get; }

    public ulong First { get; }

    public string? CommandLine { get; private set; }

    public List<PvhModule> Modules { get; } = [];

    public int MapEntries { get; private set; }

    public byte[] Bytes { get; private set; } = [];

    public static StartInfoImage Make(IChoice choice) => new(choice);

    private void Build(IChoice choice)
    {
        byte[] entries = MakeModules(choice);
        ulong modules = Append(entries);
        MapEntries = Version == 0 ? 0 : choice.Next(40);
        byte[] map = new byte[MapEntries * 24];
        for (int i = 0; i < MapEntries; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(map.AsSpan(i * 24), (ulong)i << 20);
            BinaryPrimitives.WriteUInt64LittleEndian(map.AsSpan((i * 24) + 8), 1 << 20);
            map[(i * 24) + 16] = 1;
        }

        ulong mapAt = Append(map);
        CommandLine = choice.Next(3) == 0 ? null : MakeText(choice, 300);
        ulong line = AppendText(CommandLine);
        // Memory ends where a page does, and strings are read in steps that divide one.
        _bytes.AddRange(Enumerable.Repeat((byte)0xFF, -_bytes.Count & 63));
        Bytes = [.. _bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(Bytes, 0x336EC578);
        BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(4), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(8), Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(12), (uint)Modules.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(Bytes.AsSpan(16), modules);
        BinaryPrimitives.WriteUInt64LittleEndian(Bytes.AsSpan(24), line);
        BinaryPrimitives.WriteUInt64LittleEndian(Bytes.AsSpan(32), Rsdp);
        if (Version > 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(Bytes.AsSpan(40), MapEntries > 0 ? mapAt : 0);
            BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(48), (uint)MapEntries);
        }
    }

    private byte[] MakeModules(IChoice choice)
    {
        byte[] entries = new byte[choice.Next(6) * 32];
        for (int at = 0; at < entries.Length; at += 32)
        {
            string? text = choice.Next(2) == 0 ? null : MakeText(choice, 80);
            ulong address = Words.NearALimit(choice), size = Math.Min(Words.NearALimit(choice), ulong.MaxValue - address);
            Modules.Add(new PvhModule(address, size, text));
            BinaryPrimitives.WriteUInt64LittleEndian(entries.AsSpan(at), address);
            BinaryPrimitives.WriteUInt64LittleEndian(entries.AsSpan(at + 8), size);
            BinaryPrimitives.WriteUInt64LittleEndian(entries.AsSpan(at + 16), AppendText(text));
        }

        return entries;
    }

    private string MakeText(IChoice choice, int limit) => Words.Text(choice, limit, _isUtf8 ? MoreLetters : Letters);

    private ulong AppendText(string? text) => text is null ? 0 : Append((_isUtf8 ? Encoding.UTF8 : Encoding.Latin1).GetBytes(text + '\0'));

    private ulong Append(byte[] bytes)
    {
        ulong address = First + (ulong)_bytes.Count;
        _bytes.AddRange(bytes);
        return address;
    }
}
