using System.IO.Pipelines;
using Xen.Rings;

namespace Xen.Console;

/// <summary>What moves bytes between pipes and ring: in the turn of a flush, of an event, or of the timer.</summary>
public abstract partial class ConsoleEnd
{
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _armedAt;
    private TimeSpan _armedFor = Timeout.InfiniteTimeSpan;
    private bool _hasUnsent;
    private bool _isSuspended;
    private bool _isInputHeld;
    private bool _isInputOver;

    internal void OnTurn(ConsoleProtocol<DirectMemory> protocol)
    {
        if (_connection?.Protocol == protocol)
        {
            Pump();
            ServeDrains();
        }
    }

    internal void OnLooked(ConsoleProtocol<DirectMemory> protocol)
    {
        if (_connection?.Protocol == protocol && protocol.IsBroken)
        {
            Break();
        }
    }

    // Never awaits and never holds a read of the pipe across a turn, so that the ring can be given away at any time.
    private void Pump()
    {
        if (_connection is not { } connection || _isSuspended)
        {
            return;
        }

        PumpOutput(connection.Protocol);
        PumpInput(connection.Protocol);
        connection.NotifyIfDue();
        if (connection.Protocol.IsBroken)
        {
            Break();
        }
        else if (_hasUnsent)
        {
            Arm(connection.Protocol.PollDelay);
        }
    }

    private void PumpOutput(ConsoleProtocol<DirectMemory> protocol)
    {
        _hasUnsent = false;
        while (!_hasUnsent && _out.Reader.TryRead(out ReadResult read))
        {
            ReadOnlyMemory<byte> first = read.Buffer.First;
            int count = protocol.Write(first.Span);
            bool isOver = read.IsCompleted && read.Buffer.IsEmpty;
            _hasUnsent = count < first.Length;
            _out.Reader.AdvanceTo(read.Buffer.GetPosition(count));
            Counters.BytesOut += count;
            if (isOver)
            {
                return;
            }
        }
    }

    // Bounded by what the pipe takes: its reader does not run in this turn.
    private void PumpInput(ConsoleProtocol<DirectMemory> protocol)
    {
        while (!_isInputHeld && !_isInputOver)
        {
            int count = protocol.Read(_in.Writer.GetSpan());
            if (count == 0)
            {
                return;
            }

            Counters.BytesIn += count;
            _in.Writer.Advance(count);
            ValueTask<FlushResult> flush = _in.Writer.FlushAsync();
            if (flush.IsCompletedSuccessfully)
            {
                _isInputOver = flush.Result.IsCompleted;
                continue;
            }

            _isInputHeld = true;
            _ = ReleaseInputAsync(flush);
        }
    }

    private async Task ReleaseInputAsync(ValueTask<FlushResult> flush)
    {
        FlushResult result = await flush;
        _isInputHeld = false;
        _isInputOver = result.IsCompleted;
        Pump();
    }

    // An earlier wish shortens the wait of a later one.
    private void Arm(TimeSpan delay)
    {
        long now = _time.GetTimestamp();
        if (_isOver || (_armedFor != Timeout.InfiniteTimeSpan && _armedFor - _time.GetElapsedTime(_armedAt, now) <= delay))
        {
            return;
        }

        _armedAt = now;
        _armedFor = delay;
        _timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        _armedFor = Timeout.InfiniteTimeSpan;
        _connection?.Protocol.HandleTimer();
        Pump();
        ServeDrains();
    }

    private void ServeDrains()
    {
        while (!_drains.IsEmpty)
        {
            _drains.ServeFirst(true);
        }
    }
}
