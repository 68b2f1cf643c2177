using System.Numerics;

namespace Xen.Platform;

/// <summary>From ticks of the time stamp counter to nanoseconds: <c>tsc_to_system_mul</c> and <c>tsc_shift</c> (xen-protocols 1.3).</summary>
/// <param name="Multiplier">32 bits behind the point.</param>
/// <param name="Shift">-31 to 31: how far the ticks are shifted left before they are multiplied.</param>
public readonly record struct TimestampScale(uint Multiplier, sbyte Shift)
{
    /// <summary>The largest shift, in either direction.</summary>
    public const int ShiftLimit = 31;

    /// <summary>False for numbers that Xen never writes.</summary>
    public bool IsValid => Multiplier != 0 && Shift is >= -ShiftLimit and <= ShiftLimit;

    /// <summary>How often the counter ticks in a second, rounded down; 0 when the scale is not valid.</summary>
    public ulong Hertz
    {
        get
        {
            if (!IsValid)
            {
                return 0;
            }

            UInt128 shifted = (UInt128)1_000_000_000 << (32 + ShiftLimit);
            return (ulong)UInt128.Min((shifted / Multiplier) >> (ShiftLimit + Shift), ulong.MaxValue);
        }
    }

    /// <summary>Converts a number of ticks. Exact, rounded down, and at most <see cref="ulong.MaxValue"/>.</summary>
    /// <param name="ticks">How many.</param>
    public ulong ToNanoseconds(ulong ticks)
    {
        if (Shift <= 0)
        {
            return Multiply(ticks >> -Shift);
        }

        // Bits that a shift of 64 bits would lose: hours after the last update, or a counter that ran away.
        return BitOperations.LeadingZeroCount(ticks) >= Shift ? Multiply(ticks << Shift) : MultiplyWide((UInt128)ticks << Shift);
    }

    // 64 by 32 bits give 96; the upper 64 of them are the result.
    private ulong Multiply(ulong ticks)
    {
        ulong high = Math.BigMul(ticks, Multiplier, out ulong low);
        return (high << 32) | (low >> 32);
    }

    private ulong MultiplyWide(UInt128 ticks) => (ulong)UInt128.Min((ticks * Multiplier) >> 32, ulong.MaxValue);
}
