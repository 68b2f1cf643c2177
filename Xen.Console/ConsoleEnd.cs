using System.Buffers;
using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Xen.Devices;
using Xen.Events;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Console;

/// <summary>
/// One end of a console. It stays the same over any number of rings: bytes that a ring could not take wait for the next one. When the peer
/// broke the ring (R15) or the console was given away, flushes say that they are completed and <see cref="Input"/> ends after the last byte.
/// </summary>
/// <remarks>All members are called on the scheduler that it was made with.</remarks>
public abstract partial class ConsoleEnd : IConsole
{
    private readonly IEventChannels _events;
    private readonly IGuestScheduler _scheduler;
    private readonly ILogger _logger;
    private readonly IConsoleKeeper? _keeper;
    private readonly Pipe _in;
    private readonly Pipe _out;
    private readonly WaitQueue<bool> _drains;
    private ConsoleConnection? _connection;
    private Task _lastConnection = Task.CompletedTask;
    private bool _isOver;

    private protected ConsoleEnd(
        string name, IEventChannels events, IGuestScheduler scheduler, ILoggerFactory loggerFactory, ConsoleOptions? options, IConsoleKeeper? keeper)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        Options = options ?? ConsoleOptions.Default;
        Options.Check();
        Name = name;
        _events = events;
        _logger = loggerFactory.CreateLogger("Xen.Console");
        _scheduler = scheduler;
        _keeper = keeper;
        _time = scheduler.TimeProvider;
        _in = NewPipe(scheduler, Options.InputBytes);
        _out = NewPipe(scheduler, Options.OutputBytes);
        Output = new ConsoleWriter(_out.Writer, Pump);
        _drains = new WaitQueue<bool>(scheduler);
        _timer = _time.CreateTimer(static state => ((ConsoleEnd)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Telemetry.Add(this);
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public PipeReader Input => _in.Reader;

    /// <inheritdoc />
    public PipeWriter Output { get; }

    /// <summary>True once an index of the ring made no sense (R15): the console is over.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>True while bytes go through a ring.</summary>
    public bool IsConnected => _connection is not null;

    /// <inheritdoc />
    public ConsoleStatistics Statistics => new(Counters.BytesIn, Counters.BytesOut, Counters.BytesDropped);

    internal ConsoleCounters Counters { get; } = new();

    private protected ConsoleOptions Options { get; }

    /// <inheritdoc />
    public async ValueTask<bool> DrainAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        long start = _time.GetTimestamp();
        while (true)
        {
            Pump();
            if (!_hasUnsent && _connection?.Protocol.PollDrained() == true)
            {
                return true;
            }

            TimeSpan left = timeout - _time.GetElapsedTime(start);
            if (_isOver || left <= TimeSpan.Zero)
            {
                return false;
            }

            Arm(_connection is { } connection && connection.Protocol.PollDelay < left ? connection.Protocol.PollDelay : left);
            await _drains.WaitAsync(1, cancellationToken);
        }
    }

    /// <summary>
    /// Gives the ring to another owner: what fits is written now, and from this call on neither page nor port is touched. The port can be waited
    /// on again when <see cref="DisposeAsync"/> has ended. What was read from the ring already stays in <see cref="Input"/>. Idempotent.
    /// </summary>
    /// <param name="unsent">Gets the flushed bytes that did not fit, for the next owner; without it the keeper gets them, or they are dropped.</param>
    /// <returns>How many flushed bytes were dropped, over the console's whole life.</returns>
    public long Detach(IBufferWriter<byte>? unsent = null)
    {
        Pump();
        End(unsent);
        return Counters.BytesDropped;
    }

    /// <summary>As <see cref="Detach"/>, and waits, for a turn of the scheduler, until nobody waits on the port.</summary>
    public async ValueTask DisposeAsync()
    {
        Detach();
        GC.SuppressFinalize(this);
        await _lastConnection;
    }

    /// <summary>Its name.</summary>
    public override string ToString() => Name;

    internal void OnPortClosed(ConsoleConnection connection)
    {
        if (connection == _connection)
        {
            Log.PortClosed(_logger, Name);
            End(null);
        }
    }

    private protected void Connect(ConsoleProtocol<DirectMemory> protocol, EventPort port)
    {
        Disconnect();
        _isSuspended = false;
        _connection = new ConsoleConnection(this, protocol, port, _events);
        // On the console's own scheduler, whoever made it.
        _scheduler.Schedule(static state => ((ConsoleConnection)state!).Start(), _connection);
    }

    private protected void Suspend() => _isSuspended = true;

    private protected void Resume()
    {
        _isSuspended = false;
        Pump();
        ServeDrains();
    }

    private protected void Disconnect()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            connection.Dispose();
            _lastConnection = connection.Completion;
        }
    }

    private protected void GiveUp(XenException reason)
    {
        Log.NotAdopted(_logger, Name, reason.Message);
        End(null);
    }

    private protected virtual void OnEnd()
    {
    }

    private static Pipe NewPipe(IGuestScheduler scheduler, int limit) => new(new PipeOptions(
        readerScheduler: scheduler.PipeScheduler,
        writerScheduler: scheduler.PipeScheduler,
        pauseWriterThreshold: limit,
        resumeWriterThreshold: (limit + 1) / 2,
        useSynchronizationContext: false));

    private void Break()
    {
        IsBroken = true;
        Log.Breach(_logger, Name);
        End(null);
    }

    // Everybody who waits is told, in this turn (R11).
    private void End(IBufferWriter<byte>? unsent)
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        Disconnect();
        OnEnd();
        DropOutput(unsent);
        _in.Writer.CancelPendingFlush();
        _in.Writer.Complete();
        _timer.Dispose();
        ServeDrains();
        Telemetry.Remove(this);
    }

    private void DropOutput(IBufferWriter<byte>? unsent)
    {
        ReadOnlySequence<byte> rest = _out.Reader.TryRead(out ReadResult read) ? read.Buffer : default;
        if (unsent is not null)
        {
            foreach (ReadOnlyMemory<byte> part in rest)
            {
                unsent.Write(part.Span);
            }

            rest = default;
        }

        Counters.BytesDropped += _keeper is null ? rest.Length : 0;
        long begun = Math.Min(_begun, rest.Length);
        _keeper?.TakeBack(rest.Slice(0, begun), rest.Slice(begun));
        _out.Reader.Complete();
    }
}
