namespace Xen.Grants;

/// <summary>
/// Pages and references that peers have not let go of (R7): looked at again after 1 ms, then ever later, up to once a minute.
/// </summary>
internal sealed unsafe class Quarantine(ReferenceTable references, PagePool pool, TimeProvider time)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    private readonly List<QuarantineEntry> _entries = [];
    private ITimer? _timer;
    private TimeSpan _delay;

    public void Add(QuarantineEntry entry)
    {
        _entries.Add(entry);
        _timer ??= time.CreateTimer(static state => ((Quarantine)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _delay = FirstDelay;
        _timer.Change(_delay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The grants vanished with the old domain: every page is free.</summary>
    public void Reset()
    {
        foreach (QuarantineEntry entry in _entries)
        {
            pool.Give(entry.Address, entry.PageCount, entry.ReleasedBy);
        }

        _entries.Clear();
    }

    private void Look()
    {
        for (int i = _entries.Count - 1; i >= 0; i--)
        {
            QuarantineEntry entry = _entries[i];
            if (TryRelease(entry))
            {
                _entries.RemoveAt(i);
                pool.Give(entry.Address, entry.PageCount, entry.ReleasedBy);
            }
        }

        if (_entries.Count > 0)
        {
            _delay = _delay * 2 < LongestDelay ? _delay * 2 : LongestDelay;
            _timer!.Change(_delay, Timeout.InfiniteTimeSpan);
        }
    }

    private bool TryRelease(QuarantineEntry entry)
    {
        for (int i = entry.BusyCount - 1; i >= 0; i--)
        {
            if (references.Abi.TryRevoke(entry.References[i]))
            {
                references.Give(entry.References[i]);
                entry.References[i] = entry.References[--entry.BusyCount];
            }
        }

        return entry.BusyCount == 0;
    }
}
