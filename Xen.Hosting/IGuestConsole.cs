using Xen.Devices;

namespace Xen.Hosting;

/// <summary>The console 0 that a host has for its guest. A program that never asks for it has no driver of it, on bare metal not even in its image.</summary>
public interface IGuestConsole
{
    /// <summary>Takes the console for the program. Called once, when the program first asks; it is the host that closes it.</summary>
    /// <exception cref="Platform.XenException">There is no console.</exception>
    IConsole Open();
}
