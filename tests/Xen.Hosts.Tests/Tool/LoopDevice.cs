using System.Diagnostics;

namespace Xen.Hosts.Tests.Tool;

/// <summary>A file as a block device, detached at its end. Needs root and a kernel with loop devices (<see cref="LoopTheoryAttribute"/>).</summary>
internal sealed class LoopDevice(string file, int sectorSize) : IDisposable
{
    /// <summary>Its path: <c>/dev/loop0</c>.</summary>
    public string Path { get; } = Run("--find", "--show", "--sector-size", $"{sectorSize}", file);

    public void Dispose() => Run("--detach", Path);

    /// <summary>Runs losetup, which says what device it took or found.</summary>
    internal static string Run(params string[] args)
    {
        using Process losetup = Process.Start(new ProcessStartInfo("losetup", args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string error = losetup.StandardError.ReadToEnd(), output = losetup.StandardOutput.ReadToEnd();
        losetup.WaitForExit();
        return losetup.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"losetup {string.Join(' ', args)}: {error}");
    }
}
