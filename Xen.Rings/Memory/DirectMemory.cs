using System.Runtime.CompilerServices;

namespace Xen.Rings;

/// <summary>
/// Shared memory as it is: every access inlines to a pointer access. The runtime's memory model forbids it to invent reads, so a
/// structure read by value is one copy.
/// </summary>
public readonly unsafe struct DirectMemory : ISharedMemory
{
    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte LoadByte(byte* address) => Volatile.Read(ref *address);

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort LoadUInt16(ushort* address) => Volatile.Read(ref *address);

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LoadUInt32(uint* address) => Volatile.Read(ref *address);

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreByte(byte* address, byte value) => Volatile.Write(ref *address, value);

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreUInt16(ushort* address, ushort value) => Volatile.Write(ref *address, value);

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreUInt32(uint* address, uint value) => Volatile.Write(ref *address, value);

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read<T>(byte* address)
        where T : unmanaged => Unsafe.ReadUnaligned<T>(address);

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<T>(byte* address, in T value)
        where T : unmanaged => Unsafe.WriteUnaligned(address, value);

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyFrom(byte* address, Span<byte> destination) =>
        new ReadOnlySpan<byte>(address, destination.Length).CopyTo(destination);

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyTo(byte* address, ReadOnlySpan<byte> source) =>
        source.CopyTo(new Span<byte>(address, source.Length));

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FullFence() => Interlocked.MemoryBarrier();
}
