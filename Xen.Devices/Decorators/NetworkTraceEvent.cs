namespace Xen.Devices;

/// <summary>One frame that passed a <see cref="TracingNetworkDevice"/>.</summary>
/// <param name="Device">The device's name.</param>
/// <param name="Direction">Which way.</param>
/// <param name="Length">Bytes of the frame.</param>
/// <param name="Offload">What it leaves to the other side.</param>
/// <param name="Source">Its sender.</param>
/// <param name="Destination">Its receiver.</param>
/// <param name="EtherType">What it carries.</param>
/// <param name="Result">What became of it; success when received.</param>
public readonly record struct NetworkTraceEvent(
    string Device,
    PcapngDirection Direction,
    int Length,
    FrameOffload Offload,
    MacAddress Source,
    MacAddress Destination,
    ushort EtherType,
    DeviceResult Result)
{
    /// <summary>One line.</summary>
    public override string ToString() =>
        $"{Device} {(Direction == PcapngDirection.Inbound ? "received" : "sent")} {Length} bytes {Source} > {Destination} type {EtherType:x4} " +
        $"checksum {Offload.Checksum}{(Offload.GsoSize == 0 ? "" : $" {Offload.GsoType} by {Offload.GsoSize}")}: {Result}";
}
