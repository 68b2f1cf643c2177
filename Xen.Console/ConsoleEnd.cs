using System.IO.Pipelines;
using Xen.Devices;
using Xen.Events;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Console;

/// <summary>
/// One end of a console ring. The ring is taken at the indices that it holds: whoever had it before has written to it.
/// The peer may raise no event for room (xen-protocols 1.8), so a timer with back-off looks again while output waits.
/// </summary>
public abstract class ConsoleEnd : IConsole
{
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(250);

    private readonly IEventChannels _events;
    private readonly EventPort _port;
    private readonly TimeProvider _time;
    private readonly ByteRingWriter<DirectMemory> _toPeer;
    private readonly ByteRingReader<DirectMemory> _fromPeer;
    private readonly int _capacity;
    private readonly Pipe _in;
    private readonly Pipe _out;
    private readonly WaitSource<bool> _readable;
    private readonly WaitSource<bool> _progress;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly ITimer _timer;
    private TimeSpan _poll = FirstPoll;
    private long _bytesIn;
    private long _bytesOut;
    private long _bytesDropped;
    private bool _hasPending;
    private bool _isArmed;
    private bool _isOver;

    private protected ConsoleEnd(
        string name, ByteRingWriter<DirectMemory> toPeer, ByteRingReader<DirectMemory> fromPeer, int capacity, EventPort port, IEventChannels events, IGuestScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(scheduler);
        Name = name;
        _toPeer = toPeer;
        _fromPeer = fromPeer;
        _capacity = capacity;
        _port = port;
        _events = events;
        _time = scheduler.TimeProvider;
        var options = new PipeOptions(readerScheduler: scheduler.PipeScheduler, writerScheduler: scheduler.PipeScheduler, useSynchronizationContext: false);
        _in = new Pipe(options);
        _out = new Pipe(options);
        Output = new ConsoleWriter(_out.Writer, Pump);
        _readable = new WaitSource<bool>(scheduler, $"{name}: input");
        _progress = new WaitSource<bool>(scheduler, $"{name}: drained");
        _timer = _time.CreateTimer(static state => ((ConsoleEnd)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        scheduler.Schedule(static state => ((ConsoleEnd)state!).Start(), this);
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public PipeReader Input => _in.Reader;

    /// <inheritdoc />
    public PipeWriter Output { get; }

    /// <summary>True once an index of the ring made no sense (R15): nothing is copied from then on.</summary>
    public bool IsBroken => _toPeer.IsBroken || _fromPeer.IsBroken;

    /// <inheritdoc />
    public ConsoleStatistics Statistics => new(_bytesIn, _bytesOut, _bytesDropped);

    /// <inheritdoc />
    public async ValueTask<bool> DrainAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        long start = _time.GetTimestamp();
        while (true)
        {
            Pump();
            if (!_isOver && !_hasPending && _toPeer.FreeBytes() == _capacity)
            {
                return true;
            }

            TimeSpan left = timeout - _time.GetElapsedTime(start);
            if (_isOver || IsBroken || left <= TimeSpan.Zero)
            {
                return false;
            }

            Arm(left);
            await _progress.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Gives the ring to another owner, in this call: what fits is written, the rest is dropped and counted. The page and the port stay the
    /// caller's. Idempotent.
    /// </summary>
    /// <returns>How many flushed bytes did not fit.</returns>
    public long Detach()
    {
        if (_isOver)
        {
            return 0;
        }

        Pump();
        _isOver = true;
        long dropped = 0;
        if (_out.Reader.TryRead(out ReadResult rest))
        {
            dropped = rest.Buffer.Length;
            _out.Reader.AdvanceTo(rest.Buffer.End);
        }

        _bytesDropped += dropped;
        _out.Reader.Complete();
        _timer.Dispose();
        _lifetime.Cancel();
        _progress.TrySetResult(true);
        return dropped;
    }

    /// <summary>As <see cref="Detach"/>.</summary>
    public ValueTask DisposeAsync()
    {
        Detach();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private void Start()
    {
        _ = FollowEventsAsync();
        _ = PumpInputAsync();
    }

    // Never awaits and never holds a read of the pipe across a turn, so that Detach can come at any time.
    private void Pump()
    {
        if (_isOver)
        {
            return;
        }

        _hasPending = false;
        bool hasWritten = false;
        while (!_hasPending && _out.Reader.TryRead(out ReadResult read))
        {
            ReadOnlyMemory<byte> first = read.Buffer.First;
            int count = _toPeer.Write(first.Span);
            _out.Reader.AdvanceTo(read.Buffer.GetPosition(count));
            _bytesOut += count;
            hasWritten |= count > 0;
            _hasPending = count < first.Length;
            if (read.Buffer.IsEmpty)
            {
                break;
            }
        }

        if (hasWritten)
        {
            _poll = FirstPoll;
            _events.Notify(_port);
        }

        if (_hasPending && !IsBroken)
        {
            Arm(LongestPoll);
        }
    }

    private void Arm(TimeSpan atMost)
    {
        if (!_isArmed)
        {
            _isArmed = true;
            _timer.Change(_poll < atMost ? _poll : atMost, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        _isArmed = false;
        _poll = _poll * 2 < LongestPoll ? _poll * 2 : LongestPoll;
        Pump();
        _progress.TrySetResult(true);
    }

    private async Task FollowEventsAsync()
    {
        uint seen = 0;
        try
        {
            while (!_isOver)
            {
                seen = await _events.WaitAsync(_port, seen, _lifetime.Token);
                if (_isOver)
                {
                    return;
                }

                // An event without bytes brought no work, unless somebody waits for room (R9).
                bool isSpurious = _fromPeer.AvailableBytes() == 0 && !_hasPending && !_progress.IsPending;
                Pump();
                _readable.TrySetResult(true);
                _progress.TrySetResult(true);
                _events.Complete(_port, isSpurious);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            Detach();
        }
    }

    private async Task PumpInputAsync()
    {
        try
        {
            while (!_isOver && !_fromPeer.IsBroken)
            {
                int count = _fromPeer.Read(_in.Writer.GetSpan());
                if (count == 0)
                {
                    await _readable.WaitAsync(_lifetime.Token);
                    continue;
                }

                _bytesIn += count;
                _in.Writer.Advance(count);
                _events.Notify(_port);
                FlushResult flush = await _in.Writer.FlushAsync(_lifetime.Token);
                if (flush.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Detached: what was read stays in the pipe for the application.
        }
        finally
        {
            await _in.Writer.CompleteAsync();
        }
    }
}
