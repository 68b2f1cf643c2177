namespace Xen.Rings;

/// <summary>
/// How the protocols reach memory that a peer can write at any time. Every access of a ring goes through here, so that tests can make
/// each one a step, change bytes between two reads and delay stores as a processor does; <see cref="DirectMemory"/> in products.
/// </summary>
/// <remarks>
/// A load has acquire order and a store has release order (on x86 both are plain moves). Only <see cref="FullFence"/> keeps a load from
/// passing an earlier store. Addresses of 16 and 32-bit accesses are naturally aligned.
/// </remarks>
public unsafe interface ISharedMemory
{
    /// <summary>Loads a byte, with acquire order.</summary>
    /// <param name="address">Where it is.</param>
    static abstract byte LoadByte(byte* address);

    /// <summary>Loads 16 bits, with acquire order.</summary>
    /// <param name="address">Where they are, aligned.</param>
    static abstract ushort LoadUInt16(ushort* address);

    /// <summary>Loads 32 bits, with acquire order.</summary>
    /// <param name="address">Where they are, aligned.</param>
    static abstract uint LoadUInt32(uint* address);

    /// <summary>Stores a byte, with release order.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="value">The byte.</param>
    static abstract void StoreByte(byte* address, byte value);

    /// <summary>Stores 16 bits, with release order.</summary>
    /// <param name="address">Where to, aligned.</param>
    /// <param name="value">The bits.</param>
    static abstract void StoreUInt16(ushort* address, ushort value);

    /// <summary>Stores 32 bits, with release order.</summary>
    /// <param name="address">Where to, aligned.</param>
    /// <param name="value">The bits.</param>
    static abstract void StoreUInt32(uint* address, uint value);

    /// <summary>Reads a structure once, by value (R2): the copy is private and is what gets validated. No order with other accesses.</summary>
    /// <typeparam name="T">The wire structure.</typeparam>
    /// <param name="address">Where it is.</param>
    static abstract T Read<T>(byte* address)
        where T : unmanaged;

    /// <summary>Writes a structure. No order with other accesses: a later store publishes it.</summary>
    /// <typeparam name="T">The wire structure.</typeparam>
    /// <param name="address">Where to.</param>
    /// <param name="value">The structure.</param>
    static abstract void Write<T>(byte* address, in T value)
        where T : unmanaged;

    /// <summary>Reads a block, each byte once. No order with other accesses.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="destination">Private memory.</param>
    static abstract void CopyFrom(byte* address, Span<byte> destination);

    /// <summary>Writes a block. No order with other accesses: a later store publishes it.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="source">Private memory.</param>
    static abstract void CopyTo(byte* address, ReadOnlySpan<byte> source);

    /// <summary>Every store before it is visible to the peer before any load after it is done.</summary>
    static abstract void FullFence();
}
