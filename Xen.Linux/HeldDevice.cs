namespace Xen.Linux;

/// <summary>A front end's device that a driver of the Linux kernel holds.</summary>
/// <param name="Path">Its node, relative to the domain's home: <c>device/vbd/51712</c>.</param>
/// <param name="Driver">The driver's name.</param>
/// <param name="Unbind">The command, for root, that takes the device away from it.</param>
public sealed record HeldDevice(string Path, string Driver, string Unbind);
