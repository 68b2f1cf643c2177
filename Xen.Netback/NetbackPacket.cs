using Xen.Devices;

namespace Xen.Netback;

/// <summary>A packet of the front end that obeys the rules; its slots are in <see cref="NetbackTxProtocol{TMemory}.Slots"/>.</summary>
/// <param name="Length">Bytes in all: the sum of its slots.</param>
/// <param name="SlotCount">How many slots carry data, 1 to 18.</param>
/// <param name="ExtraCount">How many slots carry extra info.</param>
/// <param name="Offload">What the front end left to this side.</param>
public readonly record struct NetbackPacket(int Length, int SlotCount, int ExtraCount, FrameOffload Offload);
