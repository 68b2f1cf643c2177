using System.Runtime.InteropServices;

namespace Xen.Floor0.Tests.Oracle;

/// <summary>One operation of a sequence that both implementations run (<c>struct op</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OracleOp
{
    public uint Kind;
    public uint Argument;

    /// <summary>A message of a number, as the oracle fills it.</summary>
    public static void Fill(Span<byte> message, uint number)
    {
        foreach (ref byte value in message)
        {
            number = (number * 1664525u) + 1013904223u;
            value = (byte)(number >> 24);
        }
    }

    /// <summary>What the oracle makes of a message that was read.</summary>
    public static uint Digest(ReadOnlySpan<byte> message)
    {
        uint digest = 2166136261u;
        foreach (byte value in message)
        {
            digest = (digest ^ value) * 16777619u;
        }

        return digest;
    }
}
