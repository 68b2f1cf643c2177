using Xen.Blkfront;
using Xen.Devices;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Blk;

/// <summary>What an application does with a disk that may be anything: reads, writes, flushes, discards, cancels, reserves.</summary>
internal sealed class BlkLoad(BlkfrontDevice device, IChoice choice) : IDisposable
{
    private readonly List<Task<DeviceResult>> _operations = [];
    private readonly List<(BlockBuffer Buffer, byte[] Bytes)> _kept = [];
    private CancellationTokenSource _cancellation = new();

    public void Step()
    {
        ulong sector = (ulong)choice.Next((int)HostileDisk.Sectors);
        var buffer = new byte[512 * (1 + choice.Next(choice.Next(4) == 0 ? 400 : 20))];
        CancellationToken token = choice.Next(4) == 0 ? _cancellation.Token : default;
        switch (choice.Next(9))
        {
            case 0:
            case 1:
                Add(device.ReadAsync(sector, buffer.AsMemory(), token));
                break;
            case 2:
            case 3:
                Add(device.WriteAsync(sector, buffer.AsMemory(), token));
                break;
            case 4:
                Add(device.FlushAsync(token));
                break;
            case 5:
                Add(device.DiscardAsync(sector, 8, token));
                break;
            case 6:
                UseReserved(sector, token);
                break;
            case 7:
                _cancellation.Cancel();
                _cancellation.Dispose();
                _cancellation = new CancellationTokenSource();
                break;
            default:
                _kept.ForEach(kept => kept.Buffer.Dispose());
                _kept.Clear();
                break;
        }
    }

    /// <summary>R11: every operation ends, once, as operations end.</summary>
    public async Task ExpectAllEndedAsync(TimeProvider time)
    {
        foreach (Task<DeviceResult> operation in _operations)
        {
            Task first = await Task.WhenAny(operation, Task.Delay(TimeSpan.FromSeconds(10), time));
            Expect.That(first == operation, "An operation did not end with the connection (R11).");
            Expect.That(
                operation.IsCompletedSuccessfully || operation.IsCanceled || operation.Exception!.InnerException is XenProtocolException,
                $"An operation ended with {operation.Exception}.");
        }

        foreach ((BlockBuffer buffer, byte[] bytes) in _kept)
        {
            Expect.That(IsGone(buffer) || buffer.Span.SequenceEqual(bytes), "A buffer changed after its operation had ended.");
            buffer.Dispose();
        }
    }

    public void Dispose() => _cancellation.Dispose();

    private static bool IsGone(BlockBuffer buffer)
    {
        try
        {
            _ = buffer.Span;
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private void Add(ValueTask<DeviceResult> operation) => _operations.Add(operation.AsTask());

    private void UseReserved(ulong sector, CancellationToken token)
    {
        int length = 512 * (1 + choice.Next(40));
        if (!device.TryReserve(length, out BlockBuffer buffer))
        {
            return;
        }

        Expect.That(buffer.Span.IndexOfAnyExcept((byte)0) < 0, "A reserved buffer is not zero.");
        if (choice.Next(2) == 0)
        {
            buffer.Span.Fill(0xEE);
            Add(device.WriteAsync(sector, buffer, token));
            buffer.Dispose();
        }
        else
        {
            _operations.Add(ReadAndKeepAsync(sector, buffer, token));
        }
    }

    private async Task<DeviceResult> ReadAndKeepAsync(ulong sector, BlockBuffer buffer, CancellationToken token)
    {
        DeviceResult result = await device.ReadAsync(sector, buffer, token);
        if (result.IsSuccess && !IsGone(buffer))
        {
            _kept.Add((buffer, buffer.Span.ToArray()));
        }

        return result;
    }
}
