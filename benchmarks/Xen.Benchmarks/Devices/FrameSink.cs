using Xen.Devices;
using Xen.Platform;

namespace Xen.Benchmarks.Devices;

/// <summary>Counts frames.</summary>
internal sealed class FrameSink(IGuestScheduler scheduler)
{
    private readonly WaitSource<bool> _arrived = new(scheduler);
    private int _missing;

    /// <summary>Waits for so many frames from now on.</summary>
    public async Task WaitAsync(int count)
    {
        _missing = count;
        await _arrived.WaitAsync();
    }

    /// <summary>Takes a frame.</summary>
    public ValueTask Handle(ReceivedFrame frame)
    {
        // As an application would: look at what came.
        if (frame.FirstSpan.IsEmpty || --_missing == 0)
        {
            _arrived.TrySetResult(true);
        }

        return ValueTask.CompletedTask;
    }
}
