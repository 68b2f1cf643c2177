namespace Xen.Devices;

/// <summary>What stands behind a <see cref="TransmitFrame"/>: for those who write devices.</summary>
/// <remarks>
/// Each member but <see cref="Release"/> throws <see cref="ObjectDisposedException"/> when the generation is not the frame's present one.
/// </remarks>
public interface ITransmitFrameOwner
{
    /// <summary>The frame's bytes.</summary>
    /// <param name="index">Which frame.</param>
    /// <param name="generation">Which use of it.</param>
    Span<byte> GetSpan(int index, uint generation);

    /// <summary>What the frame leaves to the other side.</summary>
    /// <param name="index">Which frame.</param>
    /// <param name="generation">Which use of it.</param>
    FrameOffload GetOffload(int index, uint generation);

    /// <summary>Sets what the frame leaves to the other side.</summary>
    /// <param name="index">Which frame.</param>
    /// <param name="generation">Which use of it.</param>
    /// <param name="offload">What it leaves.</param>
    void SetOffload(int index, uint generation, FrameOffload offload);

    /// <summary>Sends the frame. Whatever the result, the frame is the owner's again.</summary>
    /// <param name="index">Which frame.</param>
    /// <param name="generation">Which use of it.</param>
    DeviceResult Send(int index, uint generation);

    /// <summary>Takes back a frame that was not sent; does nothing for an older generation.</summary>
    /// <param name="index">Which frame.</param>
    /// <param name="generation">Which use of it.</param>
    void Release(int index, uint generation);
}
