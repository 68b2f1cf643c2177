using System.Buffers.Binary;

namespace Xen.Lab.Tests;

/// <summary>A program header of an ELF file of 64 bits.</summary>
/// <param name="Type"><c>p_type</c>.</param>
/// <param name="Flags"><c>p_flags</c>.</param>
internal readonly record struct ElfSegment(uint Type, uint Flags)
{
    public const uint Dynamic = 2;
    public const uint Interpreter = 3;

    private const uint Load = 1;
    private const uint Executable = 1;
    private const uint Writable = 2;
    private const int TableOffset = 32;
    private const int EntrySizeOffset = 54;

    public bool IsLoaded => Type == Load;

    public bool IsExecutable => (Flags & Executable) != 0;

    public bool IsWritable => (Flags & Writable) != 0;

    public static ElfSegment[] ReadAll(ReadOnlySpan<byte> file)
    {
        int table = (int)BinaryPrimitives.ReadUInt64LittleEndian(file[TableOffset..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(file[EntrySizeOffset..]);
        var segments = new ElfSegment[BinaryPrimitives.ReadUInt16LittleEndian(file[(EntrySizeOffset + sizeof(ushort))..])];
        for (int i = 0; i < segments.Length; i++)
        {
            ReadOnlySpan<byte> header = file[(table + (i * size))..];
            segments[i] = new ElfSegment(BinaryPrimitives.ReadUInt32LittleEndian(header), BinaryPrimitives.ReadUInt32LittleEndian(header[sizeof(uint)..]));
        }

        return segments;
    }
}
