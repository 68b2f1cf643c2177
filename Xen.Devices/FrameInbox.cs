namespace Xen.Devices;

/// <summary>
/// Where a device puts received frames for its one listener: for those who write devices. Bounded by the device's pages, not here.
/// </summary>
public sealed class FrameInbox
{
    private readonly Queue<ReceivedFrameBuffer> _frames;
    private readonly Func<CancellationToken, ValueTask<bool>> _wait;
    private readonly Action _wake;
    private readonly Action<Exception> _report;
    private DeviceResult? _end;
    private Exception? _failure;

    /// <summary>Makes an empty inbox.</summary>
    /// <param name="capacity">About how many frames there can be at most.</param>
    /// <param name="wait">Waits until woken; one wait at a time.</param>
    /// <param name="wake">Ends that wait, if there is one.</param>
    /// <param name="report">Told of a handler's exception that does not end listening.</param>
    public FrameInbox(int capacity, Func<CancellationToken, ValueTask<bool>> wait, Action wake, Action<Exception> report)
    {
        ArgumentNullException.ThrowIfNull(wait);
        ArgumentNullException.ThrowIfNull(wake);
        ArgumentNullException.ThrowIfNull(report);
        _frames = new Queue<ReceivedFrameBuffer>(capacity);
        _wait = wait;
        _wake = wake;
        _report = report;
    }

    /// <summary>True while somebody listens: else frames are not worth keeping.</summary>
    public bool IsListening { get; private set; }

    /// <summary>Hands the listener a frame. Only while <see cref="IsListening"/>.</summary>
    /// <param name="frame">The frame.</param>
    public void Add(ReceivedFrameBuffer frame)
    {
        _frames.Enqueue(frame);
        _wake();
    }

    /// <summary>Ends listening, now and later, once the frames that are here are handled. The first reason counts.</summary>
    /// <param name="result">What the listener gets.</param>
    /// <param name="failure">What it throws instead, if anything.</param>
    public void End(DeviceResult result, Exception? failure = null)
    {
        if (_end is null)
        {
            _end = result;
            _failure = failure;
            _wake();
        }
    }

    /// <summary>See <see cref="INetworkDevice.ListenAsync"/>.</summary>
    /// <param name="handler">Borrows each frame until it returns.</param>
    /// <param name="options">What to do when the handler throws.</param>
    /// <param name="cancellationToken">Ends listening.</param>
    public async Task<DeviceResult> ListenAsync(FrameHandler handler, ListenOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(options);
        if (IsListening)
        {
            throw new InvalidOperationException("Somebody listens to this device already: one listener at a time.");
        }

        IsListening = true;
        try
        {
            return await HandleAllAsync(handler, options, cancellationToken);
        }
        finally
        {
            IsListening = false;
            DropAll();
        }
    }

    private async ValueTask<DeviceResult> HandleAllAsync(FrameHandler handler, ListenOptions options, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_frames.TryDequeue(out ReceivedFrameBuffer? buffer))
            {
                // Awaited here and not in a method of its own: a handler that suspends costs no state machine of ours.
                ReceivedFrame frame = buffer.Lend();
                try
                {
                    await handler(frame);
                }
                catch (Exception exception) when (!options.Propagates(exception))
                {
                    _report(exception);
                }
                finally
                {
                    buffer.EndLoan(frame);
                }
            }
            else if (_end is { } end)
            {
                return _failure is null ? end : throw _failure;
            }
            else
            {
                await _wait(cancellationToken);
            }
        }
    }

    private void DropAll()
    {
        while (_frames.TryDequeue(out ReceivedFrameBuffer? buffer))
        {
            buffer.EndLoan(buffer.Lend());
        }
    }
}
