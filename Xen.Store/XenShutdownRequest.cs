namespace Xen.Store;

/// <summary>What a toolstack asks of a whole domain through <c>control/shutdown</c> (xen-protocols 1.9).</summary>
public enum XenShutdownRequest
{
    /// <summary>To end for good: <c>poweroff</c>.</summary>
    PowerOff,

    /// <summary>To end and be started anew: <c>reboot</c>.</summary>
    Reboot,

    /// <summary>To stop: <c>halt</c>. A domain has no power switch of its own, so it ends as with <see cref="PowerOff"/>.</summary>
    Halt,
}
