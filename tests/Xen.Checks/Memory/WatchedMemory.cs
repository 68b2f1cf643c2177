using Xen.Rings;

namespace Xen.Checks.Memory;

/// <summary>Shared memory that tells the present <see cref="MemoryWatch"/> of every access, before loads and after them.</summary>
public readonly unsafe struct WatchedMemory : ISharedMemory
{
    public static byte LoadByte(byte* address) => Read<byte>(address);

    public static ushort LoadUInt16(ushort* address) => Read<ushort>((byte*)address);

    public static uint LoadUInt32(uint* address) => Read<uint>((byte*)address);

    public static void StoreByte(byte* address, byte value) => Write(address, in value);

    public static void StoreUInt16(ushort* address, ushort value) => Write((byte*)address, in value);

    public static void StoreUInt32(uint* address, uint value) => Write((byte*)address, in value);

    public static T Read<T>(byte* address)
        where T : unmanaged
    {
        T value = default;
        CopyFrom(address, new Span<byte>(&value, sizeof(T)));
        return value;
    }

    public static void Write<T>(byte* address, in T value)
        where T : unmanaged
    {
        T copy = value;
        CopyTo(address, new ReadOnlySpan<byte>(&copy, sizeof(T)));
    }

    public static void CopyFrom(byte* address, Span<byte> destination)
    {
        MemoryWatch.Current.BeforeLoad(address, destination.Length);
        DirectMemory.CopyFrom(address, destination);
        MemoryWatch.Current.AfterLoad(address, destination);
    }

    public static void CopyTo(byte* address, ReadOnlySpan<byte> source)
    {
        MemoryWatch.Current.BeforeStore(address, source.Length);
        DirectMemory.CopyTo(address, source);
    }

    public static void FullFence()
    {
    }
}
