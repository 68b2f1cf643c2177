namespace Xen.Checks.Stepping;

/// <summary>
/// One processor of a <see cref="SteppingMachine"/>. Its program is ordinary code, run from its beginning after every step: what the
/// steps so far returned is played back from a log, and at the first step beyond it the program is left. No threads, so that it runs
/// under NativeAOT and inside a guest, and a state is copied by copying the log.
/// </summary>
public sealed unsafe class SteppingCpu
{
    [ThreadStatic]
    private static SteppingCpu? _current;

    private readonly SteppingMachine _machine;
    private readonly Action<SteppingCpu> _program;
    private readonly int _id;
    private int _replayed;

    internal SteppingCpu(SteppingMachine machine, int id, Action<SteppingCpu> program)
    {
        _machine = machine;
        _id = id;
        _program = program;
    }

    /// <summary>The processor whose program runs on this thread.</summary>
    public static SteppingCpu Current =>
        _current ?? throw new InvalidOperationException("Stepping memory is reached by programs of a stepping machine only.");

    /// <summary>The first byte of the shared memory.</summary>
    public byte* Shared => _machine.Shared;

    internal CpuState State { get; set; } = new();

    /// <summary>Sends an event to another processor.</summary>
    /// <param name="peer">Which.</param>
    public void Notify(int peer) => Take(new Step(_id, StepKind.Notify, Value: (ulong)peer));

    /// <summary>Takes the mask from the own port, which delivering an event put there (late EOI).</summary>
    public void Unmask() => Take(new Step(_id, StepKind.Unmask));

    /// <summary>Sleeps until an event is delivered that no wait has seen.</summary>
    public void Wait() => Take(new Step(_id, StepKind.Wait));

    /// <summary>
    /// Tells that what the program does from here on depends only on these values, not on how it came here: states that differ in
    /// that alone are one.
    /// </summary>
    /// <param name="values">Its variables, and which of several such places it is at.</param>
    public void At(params ReadOnlySpan<ulong> values)
    {
        var hash = new StateHash();
        foreach (ulong value in values)
        {
            hash.Add(value);
        }

        State.Local = hash.Value;
        State.LogStart = _replayed;
    }

    internal ulong Load(byte* address, int length) => Take(new Step(_id, StepKind.Load, Offset(address), length));

    internal void Store(byte* address, int length, ulong value) => Take(new Step(_id, StepKind.Store, Offset(address), length, value));

    internal uint Atomic(StepKind kind, uint* address, uint value, uint expected = 0) =>
        (uint)Take(new Step(_id, kind, Offset((byte*)address), sizeof(uint), value, expected));

    internal void Fence() => Take(new Step(_id, StepKind.Fence));

    /// <summary>Plays the program up to its next step that another processor could notice or must wait for.</summary>
    internal void Advance()
    {
        SteppingCpu? outer = _current;
        _current = this;
        _replayed = 0;
        State.Next = null;
        try
        {
            _program(this);
        }
        catch (SteppedAwayException)
        {
            // State.Next tells where.
        }
        finally
        {
            _current = outer;
        }
    }

    private ulong Take(Step step)
    {
        if (_replayed < State.Log.Count)
        {
            return State.Log[_replayed++];
        }

        // Nobody sees the own buffer: filling and reading it needs no choice.
        if (!_machine.IsPrivate(step))
        {
            State.Next = step;
            throw SteppedAwayException.Instance;
        }

        _replayed++;
        return _machine.Perform(step);
    }

    private int Offset(byte* address)
    {
        long offset = address - _machine.Shared;
        return offset >= 0 && offset < _machine.Length
            ? (int)offset
            : throw new InvalidOperationException($"cpu{_id} reaches {offset} of {_machine.Length} shared bytes.");
    }
}
