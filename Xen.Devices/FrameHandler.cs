namespace Xen.Devices;

/// <summary>Handles one received frame. The frame is lent until the returned task completes.</summary>
/// <param name="frame">The frame.</param>
public delegate ValueTask FrameHandler(ReceivedFrame frame);
