using System.Buffers.Binary;
using Xen.Checks.Memory;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Rings;

/// <summary>Byte-stream rings: what goes in comes out, and R15 against a peer that writes any shared byte.</summary>
public static unsafe class ByteRingChecks
{
    private const int Cons = 0;
    private const int Prod = 4;
    private const int Buffer = 64;
    private const int Steps = 100;

    /// <summary>The bytes read are the bytes written, in order, wherever the indices begin.</summary>
    public static void EveryByteOnceInOrder(IChoice choice)
    {
        using MemoryWatch watch = NewPage(choice, out int size);
        var writer = new ByteRingWriter<WatchedMemory>(watch.Shared + Buffer, size, (uint*)(watch.Shared + Cons), (uint*)(watch.Shared + Prod));
        var reader = new ByteRingReader<WatchedMemory>(watch.Shared + Buffer, size, (uint*)(watch.Shared + Cons), (uint*)(watch.Shared + Prod));
        Span<byte> bytes = stackalloc byte[2 * size];
        byte next = 0;
        byte expected = 0;
        for (int step = 0; step < Steps; step++)
        {
            Span<byte> part = bytes[..choice.Next(bytes.Length + 1)];
            if (choice.Next(2) == 0)
            {
                int room = size - (byte)(next - expected);
                Fill(part, next);
                int written = writer.Write(part);
                Expect.Equal(Math.Min(room, part.Length), written, "bytes written");
                next += (byte)written;
                continue;
            }

            int there = (byte)(next - expected);
            int read = reader.Read(part);
            Expect.Equal(Math.Min(there, part.Length), read, "bytes read");
            foreach (byte value in part[..read])
            {
                Expect.Equal(expected++, value, "byte");
            }
        }

        Expect.That(!writer.IsBroken && !reader.IsBroken, "Two honest ends broke.");
    }

    /// <summary>R15: a consumer index that claims more than the ring holds breaks the writer; nothing is copied or touched.</summary>
    public static void WriterRefusesAnIndex(IChoice choice)
    {
        using MemoryWatch watch = NewPage(choice, out int size);
        var writer = new ByteRingWriter<WatchedMemory>(watch.Shared + Buffer, size, (uint*)(watch.Shared + Cons), (uint*)(watch.Shared + Prod));
        writer.Write(new byte[choice.Next(size + 1)]);
        uint prod = BinaryPrimitives.ReadUInt32LittleEndian(watch.Bytes[Prod..]);
        BinaryPrimitives.WriteUInt32LittleEndian(watch.Bytes[Cons..], prod - Beyond(choice, size));
        byte[] before = watch.Bytes.ToArray();
        Expect.Equal(0, writer.Write(before), "bytes written into a ring that cannot be");
        Expect.That(writer.IsBroken, "The writer accepted the index.");
        watch.Forget();
        Expect.Equal(0, writer.Write(before) + writer.FreeBytes(), "bytes written to a broken ring");
        Expect.Equal(0, watch.Accesses, "accesses of a broken ring");
        Expect.That(watch.Bytes.SequenceEqual(before), "A broken ring was written to.");
    }

    /// <summary>R15: a producer index that claims more than the ring holds breaks the reader; nothing is copied or touched.</summary>
    public static void ReaderRefusesAnIndex(IChoice choice)
    {
        using MemoryWatch watch = NewPage(choice, out int size);
        var reader = new ByteRingReader<WatchedMemory>(watch.Shared + Buffer, size, (uint*)(watch.Shared + Cons), (uint*)(watch.Shared + Prod));
        uint cons = BinaryPrimitives.ReadUInt32LittleEndian(watch.Bytes[Cons..]);
        BinaryPrimitives.WriteUInt32LittleEndian(watch.Bytes[Prod..], cons + Beyond(choice, size));
        watch.Forget();
        byte[] destination = new byte[size];
        Expect.Equal(0, reader.Read(destination), "bytes read from a ring that cannot be");
        Expect.That(reader.IsBroken, "The reader accepted the index.");
        Expect.Equal(0, watch.MostLoads(Buffer, size), "reads of bytes after a bad index");
        watch.Forget();
        Expect.Equal(0, reader.Read(destination) + reader.AvailableBytes(), "bytes read from a broken ring");
        Expect.Equal(0, watch.Accesses, "accesses of a broken ring");
    }

    /// <summary>R2, R15: under attack each index is read once for an operation, each byte at most once, and never more than the ring holds.</summary>
    public static void CountsHoldUnderAttack(IChoice choice)
    {
        using MemoryWatch watch = NewPage(choice, out int size);
        var writer = new ByteRingWriter<WatchedMemory>(watch.Shared + Buffer, size, (uint*)(watch.Shared + Cons), (uint*)(watch.Shared + Prod));
        var reader = new ByteRingReader<WatchedMemory>(watch.Shared + Buffer, size, (uint*)(watch.Shared + Cons), (uint*)(watch.Shared + Prod));
        watch.Attack(choice);
        Span<byte> bytes = stackalloc byte[2 * size];
        for (int step = 0; step < Steps; step++)
        {
            watch.Forget();
            int count = choice.Next(2) == 0 ? writer.Write(bytes) : reader.Read(bytes);
            Expect.That(count >= 0 && count <= size, $"{count} bytes through a ring of {size}.");
            Expect.That(watch.MostLoads(0, watch.Length) <= 1, "A shared byte was read twice for one decision.");
        }
    }

    private static MemoryWatch NewPage(IChoice choice, out int size)
    {
        size = 1 << choice.Next(7);
        uint start = choice.Next(2) == 0 ? (uint)choice.Next(100) : uint.MaxValue - (uint)choice.Next(100);
        var watch = new MemoryWatch(Buffer + size);
        BinaryPrimitives.WriteUInt32LittleEndian(watch.Bytes[Cons..], start);
        BinaryPrimitives.WriteUInt32LittleEndian(watch.Bytes[Prod..], start);
        return watch;
    }

    private static uint Beyond(IChoice choice, int size) => choice.Next(3) switch
    {
        0 => (uint)size + 1,
        1 => uint.MaxValue - (uint)choice.Next(3),
        _ => (uint)size + 1 + (uint)choice.Next(int.MaxValue),
    };

    private static void Fill(Span<byte> bytes, byte first)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(first + i);
        }
    }
}
