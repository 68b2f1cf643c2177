namespace Xen.Devices;

/// <summary>
/// A network interface: Ethernet frames in and out. Frames that are sent are filled in the device's own memory, frames that are
/// received are lent to a handler; neither is copied where the host allows it.
/// </summary>
/// <remarks>
/// Used on the guest's scheduler only. Disposing ends the device: reservations that wait and listeners complete, frames on their way are
/// answered or dropped, every grant and port is given back; received frames that were taken stay readable until they are disposed.
/// </remarks>
public interface INetworkDevice : IAsyncDisposable
{
    /// <summary>What this device is, for messages: <c>device/vif/0</c>.</summary>
    string Name { get; }

    /// <summary>The interface's own address.</summary>
    MacAddress MacAddress { get; }

    /// <summary>The largest payload of an Ethernet frame on this network, in bytes, without the header of 14.</summary>
    int Mtu { get; }

    /// <summary>The longest frame that can be sent, in bytes, header included; beyond <see cref="Mtu"/> + 14 only for the other end of the device.</summary>
    int MaxFrameSize { get; }

    /// <summary>What the device takes over for frames that are sent.</summary>
    NetworkOffloads Offloads { get; }

    /// <summary>How many queues frames are sent by. With one, flows make no difference.</summary>
    int QueueCount => 1;

    /// <summary>Reserves memory for one frame, if there is some at once and nobody waits for it.</summary>
    /// <param name="length">Bytes of the whole frame, 14 to <see cref="MaxFrameSize"/>.</param>
    /// <param name="frame">Zeroed memory of that length, which the caller sends or disposes.</param>
    /// <returns>False when there is no credit now, or the device is not connected.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is one that this device never takes.</exception>
    bool TryReserve(int length, out TransmitFrame frame);

    /// <summary>Reserves memory for one frame, waiting for credit: this wait is the back-pressure. Callers are served in order.</summary>
    /// <param name="length">Bytes of the whole frame, 14 to <see cref="MaxFrameSize"/>.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is reserved then.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is one that this device never takes.</exception>
    /// <exception cref="IOException">The device is disconnected, or was before there was credit.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed.</exception>
    ValueTask<TransmitFrame> ReserveAsync(int length, CancellationToken cancellationToken = default);

    /// <summary>
    /// As <see cref="TryReserve(int, out TransmitFrame)"/> for a frame of a flow: frames of one flow stay in order, different ones may go by different
    /// queues. Without a flow every frame is of flow 0.
    /// </summary>
    /// <param name="length">Bytes of the whole frame, 14 to <see cref="MaxFrameSize"/>.</param>
    /// <param name="flow">The same for all frames of a flow: <see cref="Packets.FlowHash.Of"/>.</param>
    /// <param name="frame">Zeroed memory of that length, which the caller sends or disposes.</param>
    /// <returns>False when there is no credit now, or the device is not connected.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is one that this device never takes.</exception>
    bool TryReserve(int length, uint flow, out TransmitFrame frame) => TryReserve(length, out frame);

    /// <summary>As <see cref="ReserveAsync(int, CancellationToken)"/> for a frame of a flow. Callers are served in order within a queue.</summary>
    /// <param name="length">Bytes of the whole frame, 14 to <see cref="MaxFrameSize"/>.</param>
    /// <param name="flow">The same for all frames of a flow: <see cref="Packets.FlowHash.Of"/>.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is reserved then.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is one that this device never takes.</exception>
    /// <exception cref="IOException">The device is disconnected, or was before there was credit.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed.</exception>
    ValueTask<TransmitFrame> ReserveAsync(int length, uint flow, CancellationToken cancellationToken) => ReserveAsync(length, cancellationToken);

    /// <summary>Hands every received frame to a handler, one after the other, in order. One listener at a time.</summary>
    /// <param name="handler">Borrows each frame until it returns; see <see cref="ReceivedFrame.Take"/>.</param>
    /// <param name="options">What to do when the handler throws.</param>
    /// <param name="cancellationToken">Ends listening.</param>
    /// <returns>
    /// Success when the device was disposed, <see cref="DeviceStatus.Disconnected"/> when the other side went away.
    /// </returns>
    /// <exception cref="InvalidOperationException">Somebody listens already.</exception>
    /// <exception cref="OperationCanceledException">Listening was cancelled.</exception>
    Task<DeviceResult> ListenAsync(FrameHandler handler, ListenOptions options, CancellationToken cancellationToken = default);

    /// <summary>Reads the counters.</summary>
    NetworkStatistics GetStatistics();
}
