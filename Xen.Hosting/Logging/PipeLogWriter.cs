using System.IO.Pipelines;
using System.Text;
using Xen.Platform;

namespace Xen.Hosting;

/// <summary>
/// The log's way to a console whose driver runs on the guest's queue. Writing never waits, as the reader of the pipe could not run meanwhile:
/// what the console has not taken waits here, up to a bound; what is beyond it is lost, and said and counted.
/// </summary>
/// <param name="pipe">The console's output.</param>
/// <param name="scheduler">The guest's run queue. Writing is allowed from any thread that it allows.</param>
/// <remarks><see cref="TextWriter.Flush"/> does nothing; <see cref="DrainAsync"/> waits. Does not complete the pipe: the console has one owner.</remarks>
public sealed class PipeLogWriter(PipeWriter pipe, IGuestScheduler scheduler) : TextWriter
{
    /// <summary>How many characters wait at most.</summary>
    public const int MaxWaiting = 64 * 1024;

    private readonly object _gate = new();
    private readonly StringBuilder _waiting = new();
    private TaskCompletionSource? _pumping;
    private long _unsaid;
    private bool _isOver;

    /// <inheritdoc />
    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>How many pieces, as a rule lines, were lost.</summary>
    public long LostCount { get; private set; }

    /// <inheritdoc />
    public override void Write(char value) => Add([value], "");

    /// <inheritdoc />
    public override void Write(string? value) => Add(value, "");

    /// <inheritdoc />
    public override void Write(ReadOnlySpan<char> buffer) => Add(buffer, "");

    /// <inheritdoc />
    public override void Write(char[] buffer, int index, int count) => Add(buffer.AsSpan(index, count), "");

    /// <inheritdoc />
    public override void WriteLine(string? value) => Add(value, "\n");

    /// <summary>Waits until the pipe has taken what was written.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task DrainAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return (_pumping?.Task ?? Task.CompletedTask).WaitAsync(cancellationToken);
        }
    }

    private void Add(ReadOnlySpan<char> text, string end)
    {
        lock (_gate)
        {
            if (_isOver || _waiting.Length + text.Length + end.Length > MaxWaiting)
            {
                LostCount++;
                _unsaid++;
                return;
            }

            _waiting.Append(text).Append(end);
            if (_pumping is not null)
            {
                return;
            }

            _pumping = new TaskCompletionSource();
        }

        scheduler.Schedule(static state => _ = ((PipeLogWriter)state!).PumpAsync(), this);
    }

    private async Task PumpAsync()
    {
        while (TryTake(out string text))
        {
            Encoding.GetBytes(text, pipe);
            FlushResult result = await pipe.FlushAsync();
            if (result.IsCompleted)
            {
                // Nobody reads any more.
                End();
            }
        }
    }

    private bool TryTake(out string text)
    {
        lock (_gate)
        {
            if (_unsaid > 0 && !_isOver)
            {
                _waiting.Append(_unsaid).Append(" lines of the log were lost here: the console takes them too slowly.\n");
                _unsaid = 0;
            }

            text = _waiting.ToString();
            _waiting.Clear();
            if (text.Length > 0)
            {
                return true;
            }

            _pumping!.SetResult();
            _pumping = null;
            return false;
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _isOver = true;
            _waiting.Clear();
        }
    }
}
