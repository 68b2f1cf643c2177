using Xen.Devices;

namespace Xen.Netfront;

/// <summary>A received frame as the protocol sees it; its pages are in <see cref="NetfrontRxProtocol{TMemory}.Slices"/>.</summary>
/// <param name="Length">Bytes in all.</param>
/// <param name="Offload">What the sender left to this side.</param>
/// <param name="IsError">True when it is no frame: the back end reported an error, or it is shorter than an Ethernet header.</param>
public readonly record struct NetfrontRxFrame(int Length, FrameOffload Offload, bool IsError);
