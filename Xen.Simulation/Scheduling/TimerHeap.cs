namespace Xen.Simulation.Scheduling;

/// <summary>Timers by due time, then by the order they were set in. Each knows its place, so that changing one costs no search.</summary>
internal sealed class TimerHeap
{
    private VirtualTimer[] _timers = new VirtualTimer[64];

    public int Count { get; private set; }

    public VirtualTimer First => _timers[0];

    public void Add(VirtualTimer timer)
    {
        if (Count == _timers.Length)
        {
            Array.Resize(ref _timers, Count * 2);
        }

        Place(timer, Count++);
        Rise(timer.HeapIndex);
    }

    public void Remove(VirtualTimer timer)
    {
        int hole = timer.HeapIndex;
        timer.HeapIndex = -1;
        VirtualTimer last = _timers[--Count];
        _timers[Count] = null!;
        if (hole == Count)
        {
            return;
        }

        Place(last, hole);
        Rise(hole);
        Sink(last.HeapIndex);
    }

    private static bool IsBefore(VirtualTimer left, VirtualTimer right) =>
        left.Due < right.Due || (left.Due == right.Due && left.Sequence < right.Sequence);

    private void Rise(int index)
    {
        while (index > 0 && IsBefore(_timers[index], _timers[(index - 1) / 2]))
        {
            Swap(index, (index - 1) / 2);
            index = (index - 1) / 2;
        }
    }

    private void Sink(int index)
    {
        for (int child = (2 * index) + 1; child < Count; child = (2 * index) + 1)
        {
            if (child + 1 < Count && IsBefore(_timers[child + 1], _timers[child]))
            {
                child++;
            }

            if (!IsBefore(_timers[child], _timers[index]))
            {
                return;
            }

            Swap(index, child);
            index = child;
        }
    }

    private void Swap(int left, int right)
    {
        VirtualTimer moved = _timers[left];
        Place(_timers[right], left);
        Place(moved, right);
    }

    private void Place(VirtualTimer timer, int index)
    {
        _timers[index] = timer;
        timer.HeapIndex = index;
    }
}
