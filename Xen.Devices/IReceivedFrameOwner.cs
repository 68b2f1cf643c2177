namespace Xen.Devices;

/// <summary>Where the memory of received frames comes from: for those who write devices.</summary>
public interface IReceivedFrameOwner
{
    /// <summary>Takes back a frame that nobody holds any more.</summary>
    /// <param name="buffer">The frame, with its pages still linked.</param>
    void Recycle(ReceivedFrameBuffer buffer);
}
