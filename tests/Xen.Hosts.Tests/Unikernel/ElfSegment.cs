using System.Buffers.Binary;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>A program header of a 64-bit ELF file.</summary>
/// <param name="Type">What it is (<c>PT_…</c>).</param>
/// <param name="Flags">What its memory may (<c>PF_…</c>).</param>
/// <param name="Offset">Where it begins in the file, in bytes.</param>
/// <param name="SizeBytes">Its size in the file, in bytes.</param>
internal readonly record struct ElfSegment(uint Type, uint Flags, int Offset, int SizeBytes)
{
    public const uint Load = 1, Dynamic = 2, Interpreter = 3, Note = 4;
    public const uint Executable = 1, Writable = 2;

    /// <summary>Those of a file.</summary>
    public static IReadOnlyList<ElfSegment> Of(byte[] file)
    {
        Assert.Equal([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1], file[..6]);
        int table = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(32));
        int size = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(54)), count = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(56));
        return [.. Enumerable.Range(0, count).Select(index => Read(file.AsSpan(table + (index * size))))];
    }

    private static ElfSegment Read(ReadOnlySpan<byte> header) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(header),
        BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
        (int)BinaryPrimitives.ReadUInt64LittleEndian(header[8..]),
        (int)BinaryPrimitives.ReadUInt64LittleEndian(header[32..]));
}
