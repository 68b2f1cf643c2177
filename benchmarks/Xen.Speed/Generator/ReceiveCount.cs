using System.Diagnostics;

namespace Xen.Speed.Generator;

/// <summary>Counts datagrams and sees from when to when they came, with few looks at the clock.</summary>
internal sealed class ReceiveCount
{
    private const int LookEvery = 32;

    private long _first;
    private long _last;
    private int _atLast;

    /// <summary>Datagrams so far.</summary>
    public int Count { get; private set; }

    /// <summary>Datagrams that came behind the first one until the clock was last looked at.</summary>
    public int Timed => Math.Max(_atLast - 1, 0);

    /// <summary>From the first one until then.</summary>
    public TimeSpan Duration => Stopwatch.GetElapsedTime(_first, _last);

    public void Add(int count)
    {
        if (Count == 0)
        {
            _first = _last = Stopwatch.GetTimestamp();
            Count = _atLast = count;
            return;
        }

        Count += count;
        if (Count - _atLast >= LookEvery)
        {
            _last = Stopwatch.GetTimestamp();
            _atLast = Count;
        }
    }

    public void Reset() => Count = _atLast = 0;
}
