namespace Xen.Store;

/// <summary>A device came or went.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Type">The folder: <c>vbd</c>, <c>vif</c>.</param>
/// <param name="Id">The number.</param>
public readonly record struct XenDeviceChange(XenDeviceChangeKind Kind, string Type, uint Id);
