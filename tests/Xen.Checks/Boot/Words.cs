using Xen.Simulation.Choices;

namespace Xen.Checks.Boot;

/// <summary>Numbers of 64 bits from choices, most often next to a limit.</summary>
internal static class Words
{
    public static ulong Next(IChoice choice) => ((ulong)choice.Next(1 << 16) << 48) | ((ulong)choice.Next(1 << 24) << 24) | (uint)choice.Next(1 << 24);

    public static ulong NearALimit(IChoice choice)
    {
        ulong[] limits = [0, 1UL << 12, 1UL << 31, 1UL << 32, 1UL << 47, 1UL << 63, ulong.MaxValue];
        return choice.Next(4) == 0 ? Next(choice) : limits[choice.Next(limits.Length)] + (ulong)(choice.Next(129) - 64);
    }

    public static string Text(IChoice choice, int limit, string letters)
    {
        return string.Create(choice.Next(limit + 1), (choice, letters), static (span, source) =>
        {
            foreach (ref char character in span)
            {
                character = source.letters[source.choice.Next(source.letters.Length)];
            }
        });
    }
}
