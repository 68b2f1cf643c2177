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
    private long _begun;
    private bool _hasUnsent;
    private bool _isPolled;
    private bool _isSuspended;
    private bool _isInputHeld;
    private bool _isInputOver;

    private protected void PollKeeper()
    {
        // With something unsent the next turn is due anyway.
        if (_isPolled || _hasUnsent || _isOver || _keeper is not { Waiting.IsEmpty: false })
        {
            return;
        }

        _isPolled = true;
        _scheduler.Schedule(
            static state =>
            {
                var console = (ConsoleEnd)state!;
                console._isPolled = false;
                console.Pump();
            },
            this);
    }

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

    // A flush that has begun goes on before the keeper's text, and that goes before the next one: neither cuts the other's lines or starves it.
    private void PumpOutput(ConsoleProtocol<DirectMemory> protocol) =>
        _hasUnsent = (_begun > 0 && !PumpFlushed(protocol)) || !PumpKept(protocol) || !PumpFlushed(protocol);

    private bool PumpFlushed(ConsoleProtocol<DirectMemory> protocol)
    {
        bool isFull = false;
        while (!isFull && _out.Reader.TryRead(out ReadResult read))
        {
            _begun = _begun > 0 ? _begun : read.Buffer.Length;
            ReadOnlyMemory<byte> first = read.Buffer.First;
            first = first[..(int)Math.Min(first.Length, _begun)];
            int count = protocol.Write(first.Span);
            _out.Reader.AdvanceTo(read.Buffer.GetPosition(count));
            Counters.BytesOut += count;
            _begun -= count;
            isFull = count < first.Length;
            if (_begun == 0)
            {
                return true;
            }
        }

        return !isFull;
    }

    // Two pieces, of a buffer that begins anew, are all that it had: more may come while this runs, and gets another turn.
    private bool PumpKept(ConsoleProtocol<DirectMemory> protocol)
    {
        for (int piece = 0; piece < 2 && _keeper is { } keeper && keeper.Waiting is { IsEmpty: false } text; piece++)
        {
            int count = protocol.Write(text);
            keeper.Advance(count);
            Counters.BytesOut += count;
            if (count < text.Length)
            {
                return false;
            }
        }

        return true;
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
