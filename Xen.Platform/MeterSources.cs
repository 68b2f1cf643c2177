using System.Diagnostics.Metrics;

namespace Xen.Platform;

/// <summary>
/// A project's meter, and the objects whose counters its instruments read: every instrument is observable, so that counting costs the data
/// path nothing, and nothing is read while nobody listens.
/// </summary>
/// <remarks>
/// Objects are held weakly: one that is dropped without an end disappears by itself. A sum of counters never falls: it keeps what a removed object had
/// counted, and of one that was collected what it had counted when it was last read. A listener reads on a thread of its own choice, while the guest
/// counts: each value is whole, several of them may be of different moments.
/// </remarks>
/// <typeparam name="T">What is measured: a device, a table of ports.</typeparam>
public sealed class MeterSources<T> : IDisposable
    where T : class
{
    private const string NameTag = "xen.device";

    private readonly List<WeakReference<T>> _sources = [];
    private readonly List<CounterTotal<T>> _totals = [];
    private readonly Meter _meter;
    private readonly Func<T, string>? _nameOf;

    /// <summary>Makes a meter whose instruments have one value, the sum over all objects.</summary>
    /// <param name="name">The project's name.</param>
    public MeterSources(string name) => _meter = new Meter(name);

    /// <summary>Makes a meter whose instruments have a value for each object, with its name as the tag <c>xen.device</c>.</summary>
    /// <param name="name">The project's name.</param>
    /// <param name="nameOf">An object's name: the path of its node.</param>
    public MeterSources(string name, Func<T, string> nameOf)
        : this(name) =>
        _nameOf = nameOf;

    /// <summary>Adds an instrument for what only grows. Before the first object.</summary>
    /// <param name="name">Its name: <c>xen.blkfront.requests</c>.</param>
    /// <param name="unit">What is counted: <c>{request}</c>, <c>By</c>.</param>
    /// <param name="description">What it says, in a sentence.</param>
    /// <param name="read">Reads an object's counter. On any thread: it must not fail and not touch shared pages.</param>
    public MeterSources<T> Counter(string name, string unit, string description, Func<T, long> read)
    {
        if (_nameOf is not null)
        {
            _meter.CreateObservableCounter(name, () => Measure(read), unit, description);
            return this;
        }

        var total = new CounterTotal<T>(read);
        lock (_sources)
        {
            _totals.Add(total);
        }

        _meter.CreateObservableCounter(name, () => Measure(total), unit, description);
        return this;
    }

    /// <summary>Adds an instrument for what grows and falls.</summary>
    /// <param name="name">Its name: <c>xen.grants.in_use</c>.</param>
    /// <param name="unit">What is counted.</param>
    /// <param name="description">What it says, in a sentence.</param>
    /// <param name="read">Reads an object's value, as for a counter.</param>
    public MeterSources<T> Level(string name, string unit, string description, Func<T, long> read)
    {
        _meter.CreateObservableUpDownCounter(name, () => Measure(read), unit, description);
        return this;
    }

    /// <summary>Measures an object from now on, until it is removed or nobody holds it any more.</summary>
    /// <param name="source">The object.</param>
    /// <returns>The object.</returns>
    public T Add(T source)
    {
        lock (_sources)
        {
            _sources.RemoveAll(static source => !source.TryGetTarget(out _));
            _sources.Add(new WeakReference<T>(source));
            _totals.ForEach(total => total.Add(source));
        }

        return source;
    }

    /// <summary>Measures an object no more; sums of counters keep what it counted up to now. One that is not measured is ignored.</summary>
    /// <param name="source">The object.</param>
    public void Remove(T source)
    {
        lock (_sources)
        {
            _sources.RemoveAll(known => known.TryGetTarget(out T? target) && ReferenceEquals(target, source));
            _totals.ForEach(total => total.Remove(source));
        }
    }

    /// <summary>Ends the meter and its instruments. Those of the stack live as long as the process.</summary>
    public void Dispose() => _meter.Dispose();

    private List<Measurement<long>> Measure(Func<T, long> read)
    {
        List<T> sources = Living();
        return _nameOf is { } nameOf
            ? sources.ConvertAll(source => new Measurement<long>(read(source), new KeyValuePair<string, object?>(NameTag, nameOf(source))))
            : [new Measurement<long>(sources.Sum(read))];
    }

    // Under the lock: an object that leaves is counted among the living or among what has left, not in both.
    private long Measure(CounterTotal<T> total)
    {
        lock (_sources)
        {
            return total.Read();
        }
    }

    private List<T> Living()
    {
        var living = new List<T>();
        lock (_sources)
        {
            foreach (WeakReference<T> source in _sources)
            {
                if (source.TryGetTarget(out T? target))
                {
                    living.Add(target);
                }
            }
        }

        return living;
    }
}
