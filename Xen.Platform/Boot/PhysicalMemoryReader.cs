using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Xen.Platform;

/// <summary>Reads boot structures: each read is bounded and lies below 2^64, and what cannot be read is named.</summary>
internal static class PhysicalMemoryReader
{
    // Divides a page, and reads stop at its multiples: no page is asked for that the string does not reach into.
    private const int StringStep = 64;

    public static T[] ReadArray<T>(IPhysicalMemory memory, ulong address, uint count, uint limit, string what)
        where T : unmanaged
    {
        if (count > limit)
        {
            throw Bad($"{what} has {count} entries, expected at most {limit}");
        }

        if (count == 0)
        {
            return [];
        }

        if (address == 0)
        {
            throw Bad($"{what} has {count} entries and no address");
        }

        var values = new T[count];
        Read(memory, address, MemoryMarshal.AsBytes(values.AsSpan()), what);
        return values;
    }

    /// <summary>A string that ends with a zero byte within a limit; null for address 0.</summary>
    public static string? ReadString(IPhysicalMemory memory, ulong address, int limit, string what)
    {
        if (address == 0)
        {
            return null;
        }

        byte[] bytes = new byte[limit];
        for (int length = 0; length < limit;)
        {
            ulong at = address + (ulong)length;
            // Up to the next multiple, so that a string at the very end of memory is read to its end and not beyond.
            int step = Math.Min(limit - length, StringStep - (int)(at % StringStep));
            Span<byte> part = bytes.AsSpan(length, step);
            Read(memory, at, part, what);
            int end = part.IndexOf((byte)0);
            if (end >= 0)
            {
                return Text(bytes.AsSpan(0, length + end));
            }

            length += step;
        }

        throw Bad($"{what} at 0x{address:x} has no zero byte among its first {limit}");
    }

    // A command line has no stated encoding. Toolstacks write UTF-8; what is none has one character for each byte, so that none of them is lost.
    private static string Text(ReadOnlySpan<byte> bytes) => (Utf8.IsValid(bytes) ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes);

    public static InvalidDataException Bad(string what) => new($"PVH start info: {what}.");

    public static void Read(IPhysicalMemory memory, ulong address, Span<byte> destination, string what)
    {
        if (address > ulong.MaxValue - (ulong)destination.Length)
        {
            throw Bad($"{what} at 0x{address:x}, {destination.Length} bytes, reaches beyond the end of the address space");
        }

        if (!memory.TryRead(address, destination))
        {
            throw Bad($"{what} at 0x{address:x}, {destination.Length} bytes, is not in the guest's memory");
        }
    }
}
