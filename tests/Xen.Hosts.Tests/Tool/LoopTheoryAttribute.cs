using System.ComponentModel;

namespace Xen.Hosts.Tests.Tool;

/// <summary>A theory over a real block device. Skipped where this process may make none: it is no root, or has no losetup, or a kernel without loop devices.</summary>
public sealed class LoopTheoryAttribute : TheoryAttribute
{
    public LoopTheoryAttribute() => Skip = Missing;

    private static string? Missing { get; } = Find();

    private static string? Find()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "needs root, to make a loop device.";
        }

        try
        {
            LoopDevice.Run("--find");
            return null;
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
        {
            return $"needs a loop device: {exception.Message}";
        }
    }
}
