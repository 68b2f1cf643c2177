using System.IO.Pipelines;

namespace Xen.Platform;

/// <summary>
/// The run queue of a guest in real time: one thread pumps it, any thread may add to it.
/// Two lists take turns, so that adding costs one short lock and running costs none.
/// </summary>
public sealed class GuestRunQueue : PipeScheduler, IGuestScheduler
{
    private readonly object _gate = new();
    private readonly IRunQueueDriver _driver;
    private readonly RunQueueSynchronizationContext _context;
    private List<Entry> _incoming = new(256);
    private List<Entry> _running = new(256);
    private Thread? _pump;
    private bool _sleeping;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="timeProvider">The source of time. Its timers are brought to this queue.</param>
    public GuestRunQueue(TimeProvider timeProvider)
        : this(timeProvider, new ParkedThread())
    {
    }

    /// <summary>Makes an empty queue on a host that has events of its own.</summary>
    /// <param name="timeProvider">The source of time. Its timers are brought to this queue.</param>
    /// <param name="driver">What the pumping thread does between two turns.</param>
    public GuestRunQueue(TimeProvider timeProvider, IRunQueueDriver driver)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        ArgumentNullException.ThrowIfNull(driver);
        TimeProvider = new ScheduledTimeProvider(timeProvider, this);
        _context = new RunQueueSynchronizationContext(this);
        _driver = driver;
    }

    /// <inheritdoc />
    public TimeProvider TimeProvider { get; }

    /// <inheritdoc />
    public PipeScheduler PipeScheduler => this;

    /// <inheritdoc />
    public SynchronizationContext SynchronizationContext => _context;

    /// <inheritdoc />
    public bool IsCurrent => _pump == Thread.CurrentThread;

    /// <inheritdoc />
    public IDispatchObserver? DispatchObserver { get; set; }

    /// <summary>Runs <paramref name="main"/> and everything it starts on the calling thread, until it ends.</summary>
    /// <param name="main">The guest's main task.</param>
    /// <exception cref="InvalidOperationException">The queue is being pumped already.</exception>
    public void Run(Func<Task> main)
    {
        ArgumentNullException.ThrowIfNull(main);
        if (Interlocked.CompareExchange(ref _pump, Thread.CurrentThread, null) is not null)
        {
            throw new InvalidOperationException("This run queue is being pumped already.");
        }

        SynchronizationContext? outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            Pump(main);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
            _pump = null;
        }
    }

    /// <inheritdoc />
    public override void Schedule(Action<object?> action, object? state)
    {
        ArgumentNullException.ThrowIfNull(action);
        bool isSleeping;
        lock (_gate)
        {
            _incoming.Add(new Entry(action, state));
            isSleeping = _sleeping;
        }

        if (isSleeping)
        {
            _driver.Wake();
        }
    }

    private void Pump(Func<Task> main)
    {
        Task task = main();
        if (!task.IsCompleted)
        {
            // Wakes the pump when main ends on this queue; the entry itself has nothing to do.
            task.GetAwaiter().UnsafeOnCompleted(() => Schedule(static _ => { }, null));
        }

        while (!task.IsCompleted)
        {
            RunBatch();
        }

        task.GetAwaiter().GetResult();
    }

    private void RunBatch()
    {
        WaitForBatch();
        // The same observer for the whole turn, also when the turn's own work changes it.
        IDispatchObserver? observer = DispatchObserver;
        observer?.Entering();
        foreach (Entry entry in _running)
        {
            entry.Action(entry.State);
        }

        _running.Clear();
        observer?.Leaving();
    }

    private void WaitForBatch()
    {
        _driver.Poll();
        while (!TryTakeBatch())
        {
            _driver.Sleep();
            _driver.Poll();
        }
    }

    private bool TryTakeBatch()
    {
        lock (_gate)
        {
            // Set under the lock: whoever adds from now on wakes the driver, which remembers it.
            _sleeping = _incoming.Count == 0;
            if (!_sleeping)
            {
                (_incoming, _running) = (_running, _incoming);
            }

            return !_sleeping;
        }
    }

    private readonly record struct Entry(Action<object?> Action, object? State);

    private sealed class RunQueueSynchronizationContext(GuestRunQueue queue) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
            queue.Schedule(new Action<object?>(d), state);
        }

        public override void Send(SendOrPostCallback d, object? state)
        {
            if (!queue.IsCurrent)
            {
                throw new NotSupportedException("Nothing waits for the guest's run queue from outside.");
            }

            d(state);
        }

        public override SynchronizationContext CreateCopy() => this;
    }
}
