using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Xen.Store;

/// <summary>Names of virtual disks and their numbers: <c>xvda</c> is 51712 (xen-protocols 1.12).</summary>
public static class DiskName
{
    private const string Prefix = "xvd";
    private const uint Major = 202 << 8;
    private const uint ClassicDisks = 16;
    private const uint ClassicPartitions = 16;
    private const uint Extended = 1u << 28;
    private const uint MaxDisk = (1 << 20) - 1;
    private const uint Letters = 26;

    /// <summary>The number of a name: <c>xvda</c>, <c>xvdb1</c>, <c>xvdaa</c>.</summary>
    /// <param name="name">The name.</param>
    /// <param name="number">The device's number.</param>
    /// <returns>False when the text is no such name.</returns>
    public static bool TryParse(string name, out uint number)
    {
        ArgumentNullException.ThrowIfNull(name);
        number = 0;
        int letters = name.Length - name.AsSpan(Math.Min(Prefix.Length, name.Length)).TrimStart(Alphabet).Length;
        if (!name.StartsWith(Prefix, StringComparison.Ordinal) || letters == Prefix.Length || !TryParseDisk(name.AsSpan(Prefix.Length, letters - Prefix.Length), out uint disk))
        {
            return false;
        }

        ReadOnlySpan<char> digits = name.AsSpan(letters);
        uint partition = 0;
        if (digits.Length > 0 && (digits[0] is '0' || !uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out partition)))
        {
            return false;
        }

        return TryNumber(disk, partition, out number);
    }

    /// <summary>The name of a number.</summary>
    /// <param name="number">The device's number.</param>
    /// <param name="name">Its name.</param>
    /// <returns>False when the number is not of this scheme.</returns>
    public static bool TryFormat(uint number, [NotNullWhen(true)] out string? name)
    {
        name = null;
        if ((number & Extended) != 0)
        {
            uint extended = number & ~Extended;
            name = extended >> 8 <= MaxDisk ? Format(extended >> 8, extended & 0xff) : null;
        }
        else if (number >> 8 == Major >> 8)
        {
            name = Format((number & 0xff) / ClassicPartitions, number % ClassicPartitions);
        }

        return name is not null;
    }

    private static ReadOnlySpan<char> Alphabet => "abcdefghijklmnopqrstuvwxyz";

    private static bool TryParseDisk(ReadOnlySpan<char> letters, out uint disk)
    {
        // a to z, aa, ab …: digits from 1 to 26.
        ulong value = 0;
        foreach (char letter in letters)
        {
            value = (value * Letters) + (uint)(letter - 'a') + 1;
            if (value > MaxDisk + 1)
            {
                disk = 0;
                return false;
            }
        }

        disk = (uint)value - 1;
        return true;
    }

    private static bool TryNumber(uint disk, uint partition, out uint number)
    {
        bool isClassic = disk < ClassicDisks && partition < ClassicPartitions;
        number = isClassic ? Major | (disk * ClassicPartitions) | partition : Extended | (disk << 8) | partition;
        return partition <= byte.MaxValue;
    }

    private static string Format(uint disk, uint partition)
    {
        string letters = "";
        for (ulong value = disk + 1UL; value > 0; value = (value - 1) / Letters)
        {
            letters = (char)('a' + (char)((value - 1) % Letters)) + letters;
        }

        return partition == 0 ? Prefix + letters : string.Create(CultureInfo.InvariantCulture, $"{Prefix}{letters}{partition}");
    }
}
