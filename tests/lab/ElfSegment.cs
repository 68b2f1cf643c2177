using System.Buffers.Binary;

namespace Xen.Lab.Tests;

/// <summary>A program header of an ELF file of 64 bits.</summary>
/// <param name="Type"><c>p_type</c>.</param>
/// <param name="Flags"><c>p_flags</c>.</param>
/// <param name="Address"><c>p_paddr</c>.</param>
/// <param name="Size"><c>p_memsz</c>.</param>
internal readonly record struct ElfSegment(uint Type, uint Flags, ulong Address, ulong Size)
{
    public const uint Dynamic = 2;
    public const uint Interpreter = 3;
    public const uint Stack = 0x6474e551;

    private const uint Load = 1;
    private const uint Executable = 1;
    private const uint Writable = 2;
    private const int AddressOffset = 24;
    private const int SizeOffset = 40;
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
            segments[i] = new ElfSegment(
                BinaryPrimitives.ReadUInt32LittleEndian(header),
                BinaryPrimitives.ReadUInt32LittleEndian(header[sizeof(uint)..]),
                BinaryPrimitives.ReadUInt64LittleEndian(header[AddressOffset..]),
                BinaryPrimitives.ReadUInt64LittleEndian(header[SizeOffset..]));
        }

        return segments;
    }
}
