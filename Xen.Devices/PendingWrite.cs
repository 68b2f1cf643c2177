using System.Threading.Tasks.Sources;

namespace Xen.Devices;

/// <summary>
/// A frame from foreign memory that waits for credit: copied and sent in the turn in which it gets that. Pooled by thread, so that waiting
/// costs nothing in the steady state.
/// </summary>
internal sealed class PendingWrite : IValueTaskSource<DeviceResult>
{
    private const int MaxIdle = 64;

    [ThreadStatic]
    private static Stack<PendingWrite>? _idle;

    private readonly Action _onReserved;
    private ManualResetValueTaskSourceCore<DeviceResult> _core;
    private System.Runtime.CompilerServices.ValueTaskAwaiter<TransmitFrame> _reservation;
    private ReadOnlyMemory<byte> _frame;

    private PendingWrite() => _onReserved = Send;

    /// <summary>Begins to wait.</summary>
    public static ValueTask<DeviceResult> Start(ValueTask<TransmitFrame> reservation, ReadOnlyMemory<byte> frame)
    {
        _idle ??= new Stack<PendingWrite>(MaxIdle);
        if (!_idle.TryPop(out PendingWrite? write))
        {
            write = new PendingWrite();
        }

        write._frame = frame;
        write._reservation = reservation.GetAwaiter();
        var result = new ValueTask<DeviceResult>(write, write._core.Version);
        if (write._reservation.IsCompleted)
        {
            write.Send();
        }
        else
        {
            write._reservation.UnsafeOnCompleted(write._onReserved);
        }

        return result;
    }

    DeviceResult IValueTaskSource<DeviceResult>.GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Recycle();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<DeviceResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<DeviceResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        // The reservation completes in a turn of the guest's scheduler, so a continuation that waits already runs in its place. Only one
        // that comes too late has to be brought there.
        bool isPending = _core.GetStatus(token) == ValueTaskSourceStatus.Pending;
        _core.OnCompleted(continuation, state, token, isPending ? flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext : flags);
    }

    private void Send()
    {
        DeviceResult result;
        try
        {
            TransmitFrame reserved = _reservation.GetResult();
            _frame.Span.CopyTo(reserved.Span);
            result = reserved.Send();
        }
#pragma warning disable CA1031 // Whoever awaits the write gets it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _core.SetException(exception);
            return;
        }

        _core.SetResult(result);
    }

    private void Recycle()
    {
        _core.Reset();
        _reservation = default;
        _frame = default;
        _idle ??= new Stack<PendingWrite>(MaxIdle);
        if (_idle.Count < MaxIdle)
        {
            _idle.Push(this);
        }
    }
}
