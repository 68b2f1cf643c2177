namespace Xen.Console;

/// <summary>How an end of a console behaves.</summary>
public sealed record ConsoleOptions
{
    /// <summary>The defaults.</summary>
    public static ConsoleOptions Default { get; } = new();

    /// <summary>A flush waits while this many bytes or more wait for the peer, at least 1.</summary>
    public int OutputBytes { get; init; } = 64 * 1024;

    /// <summary>The ring is left alone while this many bytes or more wait for the application, at least 1.</summary>
    public int InputBytes { get; init; } = 16 * 1024;

    /// <summary>
    /// How often the ring is looked at, at least, while output waits: the peer need not raise an event for room. The first look comes after
    /// a millisecond, and each one that finds nothing doubles the time up to this.
    /// </summary>
    public TimeSpan LongestPoll { get; init; } = TimeSpan.FromMilliseconds(250);

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(OutputBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(InputBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(LongestPoll, TimeSpan.FromMilliseconds(1));
    }
}
