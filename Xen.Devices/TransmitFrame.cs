namespace Xen.Devices;

/// <summary>
/// A frame to be: memory of a network device for its holder to fill, then to <see cref="Send"/> or to <see cref="Dispose"/>. A handle that
/// is kept longer throws: its generation is over.
/// </summary>
public readonly struct TransmitFrame : IDisposable
{
    private readonly ITransmitFrameOwner? _owner;
    private readonly int _index;
    private readonly uint _generation;

    /// <summary>For those who write devices: a frame of theirs.</summary>
    /// <param name="owner">The device.</param>
    /// <param name="index">Which of its frames.</param>
    /// <param name="generation">Which use of it.</param>
    public TransmitFrame(ITransmitFrameOwner owner, int index, uint generation)
    {
        _owner = owner;
        _index = index;
        _generation = generation;
    }

    /// <summary>Bytes of the whole frame, as reserved.</summary>
    public int Length => Span.Length;

    /// <summary>The frame's bytes, zero until written. Contiguous, whatever the length.</summary>
    /// <exception cref="ObjectDisposedException">The frame was sent or disposed.</exception>
    public Span<byte> Span => Owner.GetSpan(_index, _generation);

    /// <summary>What the frame leaves to the other side.</summary>
    /// <exception cref="ObjectDisposedException">The frame was sent or disposed.</exception>
    public FrameOffload Offload => Owner.GetOffload(_index, _generation);

    private ITransmitFrameOwner Owner => _owner ?? throw new InvalidOperationException("This frame was never reserved.");

    /// <summary>Sets what the frame leaves to the other side; see <see cref="INetworkDevice.Offloads"/>.</summary>
    /// <param name="offload">What it leaves.</param>
    /// <exception cref="ObjectDisposedException">The frame was sent or disposed.</exception>
    public void SetOffload(FrameOffload offload) => Owner.SetOffload(_index, _generation, offload);

    /// <summary>
    /// Sends the frame. The device publishes what one turn of the scheduler sends in one go and notifies once. Whatever the result, the
    /// frame is the device's again.
    /// </summary>
    /// <returns>
    /// Success: it is on its way. <see cref="DeviceStatus.Disconnected"/>: it was dropped. <see cref="DeviceStatus.NotSupported"/>: it leaves
    /// something to the other side that the device does not offer.
    /// </returns>
    /// <exception cref="ObjectDisposedException">The frame was sent or disposed already.</exception>
    public DeviceResult Send() => Owner.Send(_index, _generation);

    /// <summary>Gives the memory back unsent. Does nothing after <see cref="Send"/>, or a second time.</summary>
    public void Dispose() => _owner?.Release(_index, _generation);
}
