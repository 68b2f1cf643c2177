namespace Xen.Store;

/// <summary>How long the handshake waits for the other end.</summary>
/// <param name="Connect">A front end's whole way to being connected. A back end waits for its front end without end.</param>
/// <param name="Close">The whole way to being closed; then this end closes without the other.</param>
public sealed record XenbusTimeouts(TimeSpan Connect, TimeSpan Close)
{
    /// <summary>30 seconds to connect, 5 to close.</summary>
    public static XenbusTimeouts Default { get; } = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5));
}
