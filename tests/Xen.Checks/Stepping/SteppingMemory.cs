using Xen.Rings;

namespace Xen.Checks.Stepping;

/// <summary>
/// Shared memory of which every load, store and fence is a step of the present <see cref="SteppingMachine"/>. Structures are accessed
/// in words of eight bytes, each its own step.
/// </summary>
public readonly unsafe struct SteppingMemory : ISharedMemory
{
    public static byte LoadByte(byte* address) => (byte)SteppingCpu.Current.Load(address, sizeof(byte));

    public static ushort LoadUInt16(ushort* address) => (ushort)SteppingCpu.Current.Load((byte*)address, sizeof(ushort));

    public static uint LoadUInt32(uint* address) => (uint)SteppingCpu.Current.Load((byte*)address, sizeof(uint));

    public static void StoreByte(byte* address, byte value) => SteppingCpu.Current.Store(address, sizeof(byte), value);

    public static void StoreUInt16(ushort* address, ushort value) => SteppingCpu.Current.Store((byte*)address, sizeof(ushort), value);

    public static void StoreUInt32(uint* address, uint value) => SteppingCpu.Current.Store((byte*)address, sizeof(uint), value);

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
        for (int at = 0; at < destination.Length; at += sizeof(ulong))
        {
            int length = Math.Min(sizeof(ulong), destination.Length - at);
            ulong word = SteppingCpu.Current.Load(address + at, length);
            new ReadOnlySpan<byte>(&word, length).CopyTo(destination[at..]);
        }
    }

    public static void CopyTo(byte* address, ReadOnlySpan<byte> source)
    {
        for (int at = 0; at < source.Length; at += sizeof(ulong))
        {
            int length = Math.Min(sizeof(ulong), source.Length - at);
            ulong word = 0;
            source.Slice(at, length).CopyTo(new Span<byte>(&word, length));
            SteppingCpu.Current.Store(address + at, length, word);
        }
    }

    public static void FullFence() => SteppingCpu.Current.Fence();
}
