using System.Globalization;
using System.Numerics;
using Xen.Simulation.Machine;

namespace Xen.Simulation;

/// <summary>The trace: its hash always in virtual time, its lines on demand.</summary>
internal sealed class TraceRecorder(bool isVirtualTime, bool recordsLines)
{
    private const ulong Prime = 0x100000001B3;

    private readonly List<string> _lines = [];

    /// <summary>False when nothing comes of an event: then its time need not be asked for either.</summary>
    public bool IsKept => isVirtualTime || recordsLines;

    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    public IReadOnlyList<string> Lines => _lines;

    public void Add(TraceKind what, int domain, long first, long second, long nowNanoseconds)
    {
        if (isVirtualTime)
        {
            Mix(((ulong)what << 32) | (uint)domain);
            Mix((ulong)first);
            Mix((ulong)second);
            Mix((ulong)nowNanoseconds);
        }

        if (recordsLines)
        {
            _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{nowNanoseconds} dom{domain} {what} {first} {second}"));
        }
    }

    public void Add(string line, long nowNanoseconds)
    {
        foreach (char character in line)
        {
            Mix(character);
        }

        Mix((ulong)nowNanoseconds);
        if (recordsLines)
        {
            _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{nowNanoseconds} {line}"));
        }
    }

    // Multiplied and turned, so that high bits reach low ones: the same everywhere, for ever.
    private void Mix(ulong word) => Hash = BitOperations.RotateLeft((Hash ^ word) * Prime, 29);
}
