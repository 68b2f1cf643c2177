using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Xen.Devices.Packets;

/// <summary>
/// A request of <see cref="LoopbackResponder"/> that waits for credit for its answer: answered in the turn in which it gets that. There is one at a
/// time, so one object is used again and again, and waiting costs nothing.
/// </summary>
/// <param name="answer">Answers a request in reserved memory.</param>
/// <param name="ignore">Told when there will be no memory: the device is gone, and so is who asked.</param>
internal sealed class PendingAnswer(Action<ReceivedFrame, TransmitFrame> answer, Action ignore) : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core;
    private ValueTaskAwaiter<TransmitFrame> _reservation;
    private ReceivedFrame _request;
    private Action? _onReserved;

    /// <summary>Begins to wait. The task is awaited before the next one begins.</summary>
    public ValueTask Start(ReceivedFrame request, ValueTask<TransmitFrame> reservation)
    {
        _core.Reset();
        _request = request;
        _reservation = reservation.GetAwaiter();
        if (_reservation.IsCompleted)
        {
            Finish();
        }
        else
        {
            _reservation.UnsafeOnCompleted(_onReserved ??= Finish);
        }

        return new ValueTask(this, _core.Version);
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        // As in PendingWrite: a continuation that waits when the reservation completes runs in its place, which is a turn of the guest's scheduler.
        bool isPending = _core.GetStatus(token) == ValueTaskSourceStatus.Pending;
        _core.OnCompleted(continuation, state, token, isPending ? flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext : flags);
    }

    private void Finish()
    {
        try
        {
            answer(_request, _reservation.GetResult());
        }
        catch (IOException)
        {
            ignore();
        }
#pragma warning disable CA1031 // Whoever awaits the answer gets it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _core.SetException(exception);
            return;
        }

        _core.SetResult(true);
    }
}
