using System.Runtime.InteropServices;
using Xen.Platform;

namespace Xen.Linux;

/// <summary>Linux's error numbers as exceptions that say what to do.</summary>
internal static class LinuxErrors
{
    internal const int Interrupted = 4;
    internal const int WouldBlock = 11;

    /// <summary>An operation failed with <paramref name="errorNumber"/> (positive).</summary>
    internal static XenException Failed(string operation, int errorNumber) =>
        new((XenErrno)errorNumber, operation, Marshal.GetPInvokeErrorMessage(errorNumber));

    /// <summary>An operation failed with <paramref name="errorNumber"/> (positive), and there is something to do about it.</summary>
    internal static XenException Failed(string operation, int errorNumber, string hint) =>
        new((XenErrno)errorNumber, operation, $"{Marshal.GetPInvokeErrorMessage(errorNumber)}; {hint}");

    /// <summary>A device cannot be opened.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="whenMissing">What to do when there is no such device.</param>
    /// <param name="errorNumber">Why, positive.</param>
    internal static XenException CannotOpen(string path, string whenMissing, int errorNumber)
    {
        string hint = (XenErrno)errorNumber switch
        {
            XenErrno.ENOENT => $"{whenMissing} (a system that does not run under Xen has no such device)",
            XenErrno.EACCES or XenErrno.EPERM => "run as root, or give your group access to it with a udev rule",
            XenErrno.ENODEV or XenErrno.ENXIO => "this kernel does not run under Xen",
            XenErrno.EBUSY => "another program has it open alone",
            _ => "expected to open it for reading and writing",
        };
        return Failed($"open {path}", errorNumber, hint);
    }
}
