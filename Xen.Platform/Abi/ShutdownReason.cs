namespace Xen.Platform.Abi;

/// <summary>Why a domain ends (<c>SHUTDOWN_*</c>).</summary>
public enum ShutdownReason : uint
{
    /// <summary>It is done.</summary>
    Poweroff = 0,

    /// <summary>It wants to be started again.</summary>
    Reboot = 1,

    /// <summary>It can be saved now.</summary>
    Suspend = 2,

    /// <summary>It failed.</summary>
    Crash = 3,

    /// <summary>Its watchdog ran out.</summary>
    Watchdog = 4,

    /// <summary>It wants a new start with its memory kept.</summary>
    SoftReset = 5,
}
