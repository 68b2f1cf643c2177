namespace Xen.Devices;

/// <summary>What is known about the TCP or UDP checksum of a frame.</summary>
public enum ChecksumState : byte
{
    /// <summary>Nothing: the checksum in the frame is meant to be right and the receiver verifies it.</summary>
    Unknown,

    /// <summary>
    /// The field holds the sum of the pseudo header only; whoever puts the frame on a wire completes it. The data never left the host.
    /// </summary>
    Partial,

    /// <summary>The checksum in the frame is right: somebody trusted has verified it.</summary>
    Validated,
}
