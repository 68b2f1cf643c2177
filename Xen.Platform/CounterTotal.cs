namespace Xen.Platform;

/// <summary>One counter's sum over objects that come and go; it never falls. Its caller holds a lock.</summary>
/// <typeparam name="T">What counts.</typeparam>
internal sealed class CounterTotal<T>(Func<T, long> read)
    where T : class
{
    private readonly List<Part> _parts = [];
    private long _left;

    public void Add(T source)
    {
        Drop(static part => !part.Source.TryGetTarget(out _));
        _parts.Add(new Part(new WeakReference<T>(source)));
    }

    public void Remove(T source) => Drop(part => part.Source.TryGetTarget(out T? target) && ReferenceEquals(target, source));

    public long Read() => _left + _parts.Sum(Read);

    // What has been collected cannot be read any more: its last value stands.
    private long Read(Part part) => part.Source.TryGetTarget(out T? target) ? part.LastValue = read(target) : part.LastValue;

    private void Drop(Predicate<Part> isOver) => _parts.RemoveAll(part =>
    {
        bool isDropped = isOver(part);
        _left += isDropped ? Read(part) : 0;
        return isDropped;
    });

    private sealed class Part(WeakReference<T> source)
    {
        public WeakReference<T> Source => source;

        public long LastValue { get; set; }
    }
}
