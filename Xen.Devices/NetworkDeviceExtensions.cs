using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Xen.Devices.Packets;

namespace Xen.Devices;

/// <summary>What every network device can do, said in terms of <see cref="INetworkDevice"/>.</summary>
public static class NetworkDeviceExtensions
{
    private const int EnumerationDepthFrames = 32;

    /// <summary>Sends a frame from any memory: it is copied once, into the device's, and goes by the queue of its flow.</summary>
    /// <param name="device">The device.</param>
    /// <param name="frame">The whole frame.</param>
    /// <param name="cancellationToken">Ends the wait for credit; the frame is not sent then.</param>
    public static ValueTask<DeviceResult> WriteAsync(this INetworkDevice device, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        uint flow = device.QueueCount == 1 ? 0 : FlowHash.Of(frame.Span);
        return device.TryReserve(frame.Length, flow, out TransmitFrame reserved)
            ? new ValueTask<DeviceResult>(Send(reserved, frame.Span))
            : PendingWrite.Start(device.ReserveAsync(frame.Length, flow, cancellationToken), frame);
    }

    /// <summary>Listens with a handler, on the usual terms.</summary>
    /// <param name="device">The device.</param>
    /// <param name="handler">Borrows each frame until it returns.</param>
    /// <param name="cancellationToken">Ends listening.</param>
    public static Task<DeviceResult> ListenAsync(this INetworkDevice device, FrameHandler handler, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.ListenAsync(handler, ListenOptions.Default, cancellationToken);
    }

    /// <summary>
    /// Enumerates received frames until the device is disposed or goes away. The caller disposes each frame; a caller that is slow keeps
    /// a bounded number of frames waiting, and beyond it the device holds back its peer.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public static async IAsyncEnumerable<ReceivedFrame> ReceiveAllAsync(
        this INetworkDevice device,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        var channel = Channel.CreateBounded<ReceivedFrame>(new BoundedChannelOptions(EnumerationDepthFrames)
        {
            SingleReader = true,
            SingleWriter = true,
            AllowSynchronousContinuations = true,
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task listening = FillAsync(device, channel.Writer, stop.Token);
        try
        {
            while (await channel.Reader.WaitToReadAsync(cancellationToken))
            {
                while (channel.Reader.TryRead(out ReceivedFrame frame))
                {
                    yield return frame;
                }
            }
        }
        finally
        {
            stop.Cancel();
            await listening;
            while (channel.Reader.TryRead(out ReceivedFrame frame))
            {
                frame.Dispose();
            }
        }
    }

    private static async Task FillAsync(INetworkDevice device, ChannelWriter<ReceivedFrame> writer, CancellationToken cancellationToken)
    {
        try
        {
            await device.ListenAsync(frame => KeepAsync(writer, frame, cancellationToken), ListenOptions.Default, cancellationToken);
            writer.TryComplete();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            writer.TryComplete();
        }
#pragma warning disable CA1031 // The enumeration throws it: its reader is the one who waits.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            writer.TryComplete(exception);
        }
    }

    private static async ValueTask KeepAsync(ChannelWriter<ReceivedFrame> writer, ReceivedFrame frame, CancellationToken cancellationToken)
    {
        ReceivedFrame taken = frame.Take();
        try
        {
            await writer.WriteAsync(taken, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            taken.Dispose();
            throw;
        }
    }

    private static DeviceResult Send(TransmitFrame reserved, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(reserved.Span);
        return reserved.Send();
    }
}
