namespace Xen.Checks.Stepping;

/// <summary>All that a processor is: what its steps returned, its delayed stores, its event port.</summary>
internal sealed class CpuState
{
    /// <summary>The step that the program has come to; none when it has ended.</summary>
    public Step? Next { get; set; }

    public List<ulong> Log { get; private init; } = [];

    /// <summary>What stands for the log before <see cref="LogStart"/>, see <see cref="SteppingCpu.At"/>.</summary>
    public UInt128 Local { get; set; }

    public int LogStart { get; set; }

    public List<Step> Buffer { get; private init; } = [];

    public bool IsPending { get; set; }

    /// <summary>True from delivery until unmask, and at the start false: a port is bound unmasked.</summary>
    public bool IsMasked { get; set; }

    /// <summary>True from delivery until the program's wait has seen it.</summary>
    public bool IsDelivered { get; set; }

    public CpuState Copy() => new()
    {
        Next = Next,
        Log = [.. Log],
        Local = Local,
        LogStart = LogStart,
        Buffer = [.. Buffer],
        IsPending = IsPending,
        IsMasked = IsMasked,
        IsDelivered = IsDelivered,
    };

    public void AddTo(ref StateHash hash)
    {
        hash.Add((ulong)Local);
        hash.Add((ulong)(Local >> 64));
        hash.Add((ulong)(Log.Count - LogStart));
        for (int i = LogStart; i < Log.Count; i++)
        {
            hash.Add(Log[i]);
        }

        hash.Add((ulong)Buffer.Count);
        foreach (Step store in Buffer)
        {
            hash.Add(((ulong)store.Offset << 32) | (uint)store.Length);
            hash.Add(store.Value);
        }

        hash.Add((IsDelivered ? 4ul : 0) | (IsPending ? 2ul : 0) | (IsMasked ? 1ul : 0));
    }
}
