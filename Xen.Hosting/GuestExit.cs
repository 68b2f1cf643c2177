namespace Xen.Hosting;

/// <summary>How a guest ended.</summary>
/// <param name="Kind">Power off, reboot or crash.</param>
/// <param name="Code">The process's exit code where the guest is a process: 0 and what the program chose, 75 for a reboot.</param>
/// <param name="Exception">What the main task failed with; only with <see cref="GuestExitKind.Crash"/>.</param>
public sealed record GuestExit(GuestExitKind Kind, int Code, Exception? Exception = null)
{
    /// <summary>The exit code of a process whose guest asked for a reboot (<c>EX_TEMPFAIL</c>: a supervisor starts it again).</summary>
    public const int RebootCode = 75;

    /// <summary>The exit code after <c>--help</c>.</summary>
    public const int HelpCode = 63;

    /// <summary>The exit code for a command line that cannot be understood.</summary>
    public const int UsageCode = 64;

    /// <summary>Done.</summary>
    /// <param name="code">The program's own code; 0 for success.</param>
    public static GuestExit PowerOff(int code = 0) => new(GuestExitKind.PowerOff, code);

    /// <summary>To be started anew.</summary>
    public static GuestExit Reboot() => new(GuestExitKind.Reboot, RebootCode);

    /// <summary>The main task failed.</summary>
    /// <param name="exception">With what.</param>
    public static GuestExit Crash(Exception exception) => new(GuestExitKind.Crash, 134, exception);
}
