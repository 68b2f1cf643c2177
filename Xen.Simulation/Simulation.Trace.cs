namespace Xen.Simulation;

public sealed partial class Simulation
{
    /// <summary>
    /// A running hash of everything that happened: each piece of work in its order, each hypercall and each line of <see cref="Trace"/>.
    /// The same seed and program give the same hash in every process.
    /// </summary>
    public ulong TraceHash => _trace.Hash;

    /// <summary>The lines of the trace, when <see cref="SimulationOptions.RecordTrace"/> is set.</summary>
    public IReadOnlyList<string> TraceLines => _trace.Lines;

    /// <summary>Adds a line to the trace.</summary>
    /// <param name="line">What happened. Nothing that differs from run to run: no addresses, no host times.</param>
    public void Trace(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        AssertCurrent("a trace line was written");
        _trace.Add(line, _pump.NowNanoseconds);
    }
}
