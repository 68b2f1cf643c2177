using Xen.Platform;

namespace Xen.Simulation.Scheduling;

/// <summary>Every wait of the simulation, weakly held: for the deadlock report.</summary>
internal sealed class WaitList
{
    private readonly object _gate = new();
    private readonly List<(SimulatedScheduler Owner, WeakReference<IPendingWait> Wait)> _waits = [];
    private int _cleanAt = 1024;

    public void Add(SimulatedScheduler owner, IPendingWait wait)
    {
        lock (_gate)
        {
            if (_waits.Count == _cleanAt)
            {
                _waits.RemoveAll(static entry => !entry.Wait.TryGetTarget(out _));
                _cleanAt = Math.Max(1024, _waits.Count * 2);
            }

            _waits.Add((owner, new WeakReference<IPendingWait>(wait)));
        }
    }

    /// <summary>What is waited for now, one line each.</summary>
    public List<string> Describe()
    {
        var lines = new List<string>();
        lock (_gate)
        {
            foreach ((SimulatedScheduler owner, WeakReference<IPendingWait> reference) in _waits)
            {
                if (reference.TryGetTarget(out IPendingWait? wait) && wait.IsPending)
                {
                    lines.Add($"{owner.Name}: {wait.Describe()}");
                }
            }
        }

        return lines;
    }
}
