using System.Buffers.Binary;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>An entry of a memory map, which looks the same to multiboot2 and to PVH.</summary>
internal sealed record MapEntry(ulong Address, ulong Size, uint Type)
{
    private const int Bytes = 24, SizeAt = 8, TypeAt = 16;

    public byte[] ToArray()
    {
        byte[] bytes = new byte[Bytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Address);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(SizeAt), Size);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(TypeAt), Type);
        return bytes;
    }
}
