using Xen.Platform;

namespace Xen.Checks.Boot;

/// <summary>Guest memory that begins anywhere and notes what was asked for beside it.</summary>
internal sealed class BootMemory(ulong first, byte[] bytes) : IPhysicalMemory
{
    /// <summary>True when a read began inside and ended outside, or came round at 2^64.</summary>
    public bool WasWrapped { get; private set; }

    public byte[] Bytes => bytes;

    public ulong First => first;

    /// <summary>The most bytes that one read asked for.</summary>
    public int Largest { get; private set; }

    public bool TryRead(ulong address, Span<byte> destination)
    {
        WasWrapped |= (UInt128)address + (ulong)destination.Length > UInt128.One << 64;
        Largest = Math.Max(Largest, destination.Length);
        ulong offset = address - first;
        if (address < first || offset > (ulong)bytes.Length || (ulong)destination.Length > (ulong)bytes.Length - offset)
        {
            return false;
        }

        bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
        return true;
    }
}
