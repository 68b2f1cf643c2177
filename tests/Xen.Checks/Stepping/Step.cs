namespace Xen.Checks.Stepping;

/// <summary>One step of one processor.</summary>
/// <param name="Cpu">Which processor.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Offset">Where in the shared memory, for a load, store or drain.</param>
/// <param name="Length">How many bytes, 1 to 8.</param>
/// <param name="Value">What is stored; for a notification, which processor it is for.</param>
/// <param name="Expected">What a word must be to be replaced.</param>
public readonly record struct Step(int Cpu, StepKind Kind, int Offset = 0, int Length = 0, ulong Value = 0, ulong Expected = 0)
{
    /// <inheritdoc />
    public override string ToString() => Kind switch
    {
        StepKind.Load => $"cpu{Cpu} load @{Offset}",
        >= StepKind.CompareExchange and <= StepKind.Acquire => $"cpu{Cpu} {Kind} @{Offset} {Value:x}",
        StepKind.Store or StepKind.Drain => $"cpu{Cpu} {(Kind == StepKind.Store ? "store" : "drain")} @{Offset}={Value}",
        _ => $"cpu{Cpu} {Kind}",
    };
}
