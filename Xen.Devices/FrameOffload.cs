namespace Xen.Devices;

/// <summary>What a frame leaves to the other side: its checksum, its segmentation. The default leaves nothing.</summary>
/// <param name="Checksum">The state of its TCP or UDP checksum.</param>
/// <param name="GsoType">How it is to be cut. Anything but <see cref="GsoType.None"/> needs <see cref="ChecksumState.Partial"/>.</param>
/// <param name="GsoSize">Payload bytes of each segment; 0 without segmentation.</param>
public readonly record struct FrameOffload(ChecksumState Checksum, GsoType GsoType = GsoType.None, ushort GsoSize = 0);
