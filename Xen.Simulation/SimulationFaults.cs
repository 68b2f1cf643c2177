namespace Xen.Simulation;

/// <summary>How often, in 1,000 occasions, each fault strikes.</summary>
public sealed record SimulationFaults
{
    /// <summary>No faults.</summary>
    public static SimulationFaults None { get; } = new();

    /// <summary>With an event that is sent, another port of the receiver fires as well.</summary>
    public int SpuriousEventPerMille { get; init; }

    /// <summary>An event arrives later, by up to <see cref="MaxEventDelay"/>.</summary>
    public int DelayedEventPerMille { get; init; }

    /// <summary>How late a delayed event may be.</summary>
    public TimeSpan MaxEventDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>A map or copy is answered with "try again" (<c>GNTST_eagain</c>).</summary>
    public int GrantTryAgainPerMille { get; init; }
}
