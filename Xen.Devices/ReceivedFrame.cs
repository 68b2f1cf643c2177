using System.Buffers;

namespace Xen.Devices;

/// <summary>
/// A received frame. Its bytes are private: no peer can change them. A handler borrows it until it returns; who wants to keep it calls
/// <see cref="Take"/> and disposes what it returns. A handle that is kept longer throws: its generation is over.
/// </summary>
public readonly struct ReceivedFrame : IDisposable
{
    private readonly ReceivedFrameBuffer? _buffer;
    private readonly uint _generation;

    internal ReceivedFrame(ReceivedFrameBuffer buffer, uint generation)
    {
        _buffer = buffer;
        _generation = generation;
    }

    /// <summary>Bytes in all, Ethernet header included.</summary>
    public int Length => Buffer.Length;

    /// <summary>The bytes, in one segment or several.</summary>
    public ReadOnlySequence<byte> Payload => Buffer.GetPayload(_generation);

    /// <summary>True when all the bytes are in <see cref="FirstSpan"/>.</summary>
    public bool IsSingleSegment => FirstSpan.Length == Length;

    /// <summary>The first segment: the whole frame in the usual case. Senders put no less than the Ethernet header into it, but no more is promised.</summary>
    public ReadOnlySpan<byte> FirstSpan => Buffer.GetFirstSpan(_generation);

    /// <summary>What the sender left to this side: the checksum, the segmentation.</summary>
    public FrameOffload Offload => Buffer.Offload;

    private ReceivedFrameBuffer Buffer =>
        (_buffer ?? throw new InvalidOperationException("This frame was never received.")).Check(_generation);

    /// <summary>Makes the frame the caller's own, beyond the end of the handler. The caller disposes it; until then its pages are not the device's.</summary>
    /// <returns>The same frame.</returns>
    /// <exception cref="InvalidOperationException">Somebody took it already.</exception>
    public ReceivedFrame Take()
    {
        Buffer.Take(_generation);
        return this;
    }

    /// <summary>Copies all the bytes.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    public void CopyTo(Span<byte> destination) => Payload.CopyTo(destination);

    /// <summary>Gives a taken frame back. Does nothing for a borrowed one, or a second time.</summary>
    public void Dispose() => _buffer?.Release(_generation);

    internal bool IsOf(ReceivedFrameBuffer buffer, uint generation) => _buffer == buffer && _generation == generation;
}
