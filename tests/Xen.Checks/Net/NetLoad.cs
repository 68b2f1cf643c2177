using System.Buffers;
using Xen.Devices;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Net;

/// <summary>What an application does meanwhile: sends, waits for credit, keeps received frames.</summary>
internal sealed class NetLoad
{
    private readonly INetworkDevice _device;
    private readonly IChoice _choice;
    private readonly Task<DeviceResult> _listening;
    private readonly List<Task<TransmitFrame>> _waits = [];
    private readonly List<TransmitFrame> _held = [];
    private readonly List<(ReceivedFrame Frame, byte[] Bytes)> _kept = [];

    public NetLoad(INetworkDevice device, IChoice choice)
    {
        _device = device;
        _choice = choice;
        _listening = device.ListenAsync(Keep);
    }

    public void Step()
    {
        int length = 14 + _choice.Next(9000);
        uint flow = _device.QueueCount == 1 ? 0 : (uint)_choice.Next(_device.QueueCount);
        switch (_choice.Next(4))
        {
            case 0:
                _waits.Add(_device.ReserveAsync(length, flow, CancellationToken.None).AsTask());
                break;
            case 1 when _device.TryReserve(length, flow, out TransmitFrame frame):
                frame.Span.Fill(1);
                _ = frame.Send();
                break;
            case 2 when _device.TryReserve(length, flow, out TransmitFrame frame):
                _held.Add(frame);
                break;
            default:
                _held.ForEach(frame => frame.Dispose());
                _held.Clear();
                break;
        }

        foreach (Task<TransmitFrame> wait in _waits.Where(wait => wait.IsCompletedSuccessfully))
        {
            wait.Result.Dispose();
        }
    }

    /// <summary>Uses up the credit of each queue and waits for more, so that somebody waits on each when the connection ends.</summary>
    public void Exhaust()
    {
        for (uint flow = 0; flow < _device.QueueCount; flow++)
        {
            while (_device.TryReserve(4096, flow, out TransmitFrame frame))
            {
                _held.Add(frame);
            }

            _waits.Add(_device.ReserveAsync(4096, flow, CancellationToken.None).AsTask());
        }
    }

    /// <summary>What every wait that failed failed with, once all have ended.</summary>
    public IEnumerable<Exception> Failures => _waits.Append<Task>(_listening).Where(wait => wait.IsFaulted).Select(wait => wait.Exception!.InnerException!);

    /// <summary>Waits until the device ends.</summary>
    /// <returns>What ended it, when that was a failure.</returns>
    public async Task<Exception?> UntilListeningEndsAsync()
    {
        await Task.WhenAny(_listening);
        return _listening.Exception?.InnerException;
    }

    /// <summary>R11: every wait ends with the connection, and with what ended it.</summary>
    /// <param name="time">The time.</param>
    /// <param name="reason">The breach, when it was one.</param>
    public async Task ExpectAllEndedAsync(TimeProvider time, Exception? reason)
    {
        _held.ForEach(frame => frame.Dispose());
        foreach (Task wait in _waits.Append<Task>(_listening))
        {
            Task first = await Task.WhenAny(wait, Task.Delay(TimeSpan.FromSeconds(10), time));
            Expect.That(first == wait, "A wait did not end with the connection (R11).");
            Exception? failure = wait.Exception?.InnerException;
            Expect.That(wait.IsCompletedSuccessfully || failure is IOException or XenProtocolException, $"A wait ended with {failure}.");
            bool isTold = failure is null || reason is not XenProtocolException breach || (failure as XenProtocolException)?.Rule == breach.Rule;
            Expect.That(isTold, $"The connection ended with {reason?.Message} and a wait with {failure?.Message} (R11).");
        }
    }

    public void ExpectFramesUnchanged()
    {
        foreach ((ReceivedFrame frame, byte[] bytes) in _kept)
        {
            Expect.That(frame.Payload.ToArray().AsSpan().SequenceEqual(bytes), "A received frame changed while it was held.");
            frame.Dispose();
        }
    }

    private ValueTask Keep(ReceivedFrame frame)
    {
        if (_kept.Count < 20)
        {
            _kept.Add((frame.Take(), frame.Payload.ToArray()));
        }

        return ValueTask.CompletedTask;
    }
}
