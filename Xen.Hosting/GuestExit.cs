namespace Xen.Hosting;

/// <summary>How a guest ended.</summary>
/// <param name="Kind">Power off, reboot or crash.</param>
/// <param name="Code">The process's exit code where the guest is a process: 0 and what the program chose, 75 for a reboot.</param>
/// <param name="Exception">What the guest did not handle; only with <see cref="GuestExitKind.Crash"/>.</param>
public sealed record GuestExit(GuestExitKind Kind, int Code, Exception? Exception = null)
{
    /// <summary>The exit code of a process whose guest asked for a reboot (<c>EX_TEMPFAIL</c>: a supervisor starts it again).</summary>
    public const int RebootCode = 75;

    /// <summary>The exit code for a command line that cannot be understood.</summary>
    public const int UsageCode = 64;

    /// <summary>The exit code when the host could not start the guest (<c>EX_UNAVAILABLE</c>).</summary>
    public const int UnavailableCode = 69;

    /// <summary>The exit code of a crash: that of a process which aborts.</summary>
    public const int CrashCode = 134;

    /// <summary>Done.</summary>
    /// <param name="code">The program's own code; 0 for success.</param>
    /// <exception cref="ArgumentOutOfRangeException">The code is not from 0 to 255: a process has no other.</exception>
    public static GuestExit PowerOff(int code = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(code);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(code, byte.MaxValue);
        return new(GuestExitKind.PowerOff, code);
    }

    /// <summary>To be started anew.</summary>
    public static GuestExit Reboot() => new(GuestExitKind.Reboot, RebootCode);

    /// <summary>The guest crashed.</summary>
    /// <param name="exception">What it did not handle.</param>
    public static GuestExit Crash(Exception exception) => new(GuestExitKind.Crash, CrashCode, exception);
}
