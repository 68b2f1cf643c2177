namespace Xen.Events;

/// <summary>
/// How long a port stays masked whose events bring no work (R9, XSA-331): the first is free, since merged events look like that;
/// then 1 ms, doubled each time, up to 1 s. So N events in a window cost O(log N) wake-ups until the limit, and one a second beyond.
/// The same on every host.
/// </summary>
public static class EventBackOff
{
    /// <summary>More completions in a row than this are the same as this many.</summary>
    public const int MaxCount = FreeCount + 11;

    private const int FreeCount = 1;
    private const int MaxDelayMilliseconds = 1000;

    /// <summary>How long the port stays masked.</summary>
    /// <param name="spuriousCount">Completions in a row that brought no work, this one included; at most <see cref="MaxCount"/>.</param>
    public static TimeSpan DelayAfter(int spuriousCount) =>
        spuriousCount <= FreeCount
            ? TimeSpan.Zero
            : TimeSpan.FromMilliseconds(Math.Min(1 << (spuriousCount - FreeCount - 1), MaxDelayMilliseconds));
}
