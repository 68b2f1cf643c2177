namespace Xen.Hosting;

/// <summary>How a guest ends, as Xen's shutdown reasons name it (xen-protocols 1.4, sched_op 2).</summary>
public enum GuestExitKind
{
    /// <summary>The main task is done: <c>SHUTDOWN_poweroff</c>.</summary>
    PowerOff,

    /// <summary>The guest asked to be started anew: <c>SHUTDOWN_reboot</c>.</summary>
    Reboot,

    /// <summary>The main task failed: <c>SHUTDOWN_crash</c>, so that the toolstack's <c>on_crash</c> acts.</summary>
    Crash,
}
