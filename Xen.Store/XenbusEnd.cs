namespace Xen.Store;

/// <summary>How a connection ended.</summary>
/// <param name="Reason">The first reason.</param>
/// <param name="Exception">What failed, for <see cref="XenbusEndReason.Failed"/>.</param>
public sealed record XenbusEnd(XenbusEndReason Reason, Exception? Exception)
{
    /// <summary>True when the same device can be connected again.</summary>
    public bool CanReconnect => Reason is not (XenbusEndReason.Removed or XenbusEndReason.ToolstackClosed);
}
