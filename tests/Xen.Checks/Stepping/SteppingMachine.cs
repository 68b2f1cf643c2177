using Xen.Simulation.Choices;

namespace Xen.Checks.Stepping;

/// <summary>
/// Processors that share memory as x86 does (TSO): a store waits in its processor's buffer, oldest first out, its own loads see it
/// there, others only in memory; a fence waits until the buffer is empty. Each processor has one event port: an event is delivered
/// when it is not masked, delivery masks it, unmasking delivers what has come meanwhile.
/// </summary>
public sealed unsafe class SteppingMachine
{
    private readonly byte[] _shared;
    private readonly SteppingCpu[] _cpus;
    private readonly int? _unfencedOffset;

    /// <summary>Makes a machine; every program stands before its first step.</summary>
    /// <param name="shared">What the shared memory holds at first.</param>
    /// <param name="unfencedOffset">A fence that directly follows a store to this offset does nothing: to see that it is missed.</param>
    /// <param name="programs">One for each processor: code that depends on nothing but its steps.</param>
    public SteppingMachine(ReadOnlySpan<byte> shared, int? unfencedOffset, params ReadOnlySpan<Action<SteppingCpu>> programs)
    {
        _unfencedOffset = unfencedOffset;
        // Addresses must stay: programs hold pointers.
        _shared = GC.AllocateArray<byte>(shared.Length, pinned: true);
        shared.CopyTo(_shared);
        _cpus = new SteppingCpu[programs.Length];
        for (int id = 0; id < programs.Length; id++)
        {
            _cpus[id] = new SteppingCpu(this, id, programs[id]);
        }

        foreach (SteppingCpu cpu in _cpus)
        {
            cpu.Advance();
        }
    }

    /// <summary>True when every program has come to its end.</summary>
    public bool IsFinished => _cpus.All(cpu => cpu.State.Next is null);

    internal byte* Shared => (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _shared[0]);

    internal int Length => _shared.Length;

    /// <summary>Lets steps happen until none can.</summary>
    /// <param name="choice">Which one next.</param>
    public void Run(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        List<Step> possible = [];
        for (GetPossible(possible); possible.Count > 0; GetPossible(possible))
        {
            Do(possible[choice.Next(possible.Count)]);
        }
    }

    /// <summary>What is to be seen of a machine that stands still.</summary>
    public override string ToString() => string.Join("; ", _cpus.Select((cpu, id) => cpu.State.Next?.ToString() ?? $"cpu{id} ended"));

    internal void GetPossible(List<Step> possible)
    {
        possible.Clear();
        foreach (SteppingCpu cpu in _cpus)
        {
            if (cpu.State.Buffer.Count > 0)
            {
                possible.Add(cpu.State.Buffer[0] with { Kind = StepKind.Drain });
            }

            if (cpu.State.Next is { } next && IsPossible(next))
            {
                possible.Add(next);
            }
        }
    }

    internal void Do(Step step)
    {
        if (step.Kind == StepKind.Drain)
        {
            Drain(_cpus[step.Cpu].State.Buffer);
            return;
        }

        Perform(step);
        _cpus[step.Cpu].Advance();
    }

    internal bool IsPrivate(Step step) => step.Kind switch
    {
        StepKind.Store => true,
        StepKind.Load => IsBuffered(step),
        StepKind.Fence => _cpus[step.Cpu].State.Buffer.Count == 0 || IsRemoved(step),
        _ => false,
    };

    internal ulong Perform(Step step)
    {
        CpuState cpu = _cpus[step.Cpu].State;
        ulong result = 0;
        switch (step.Kind)
        {
            case StepKind.Load:
                result = Load(cpu.Buffer, step);
                break;
            case StepKind.Store:
                cpu.Buffer.Add(step);
                break;
            case StepKind.Notify:
                Deliver(_cpus[(int)step.Value].State);
                break;
            case StepKind.Unmask:
                cpu.IsMasked = false;
                if (cpu.IsPending)
                {
                    Deliver(cpu);
                }

                break;
            case StepKind.Wait:
                cpu.IsDelivered = false;
                break;
            case >= StepKind.CompareExchange and <= StepKind.Acquire:
                result = PerformAtomically(step);
                break;
        }

        cpu.Log.Add(result);
        return result;
    }

    internal MachineState Save() => new([.. _shared], Array.ConvertAll(_cpus, cpu => cpu.State.Copy()));

    internal void Restore(MachineState state)
    {
        state.Shared.CopyTo(_shared, 0);
        for (int id = 0; id < _cpus.Length; id++)
        {
            _cpus[id].State = state.Cpus[id].Copy();
        }
    }

    internal UInt128 Hash()
    {
        var hash = new StateHash();
        hash.Add(_shared);

        foreach (SteppingCpu cpu in _cpus)
        {
            cpu.State.AddTo(ref hash);
        }

        return hash.Value;
    }

    private static void Deliver(CpuState cpu)
    {
        cpu.IsPending = cpu.IsMasked;
        if (!cpu.IsMasked)
        {
            cpu.IsDelivered = true;
            cpu.IsMasked = true;
        }
    }

    private void Drain(List<Step> buffer)
    {
        Step oldest = buffer[0];
        buffer.RemoveAt(0);
        ulong value = oldest.Value;
        new ReadOnlySpan<byte>(&value, oldest.Length).CopyTo(_shared.AsSpan(oldest.Offset));
    }

    private ref uint Word(int offset) => ref *(uint*)(Shared + offset);

    private uint PerformAtomically(Step step)
    {
        ref uint word = ref Word(step.Offset);
        uint before = word;
        var value = (uint)step.Value;
        word = step.Kind switch
        {
            StepKind.CompareExchange => before == step.Expected ? value : before,
            StepKind.Or => before | value,
            StepKind.And => before & value,
            _ => value,
        };
        return before;
    }

    private bool IsPossible(Step step)
    {
        CpuState cpu = _cpus[step.Cpu].State;
        return step.Kind switch
        {
            StepKind.Acquire => cpu.Buffer.Count == 0 && Word(step.Offset) == 0,
            StepKind.Fence or StepKind.Notify or StepKind.Unmask or (>= StepKind.CompareExchange and < StepKind.Acquire) => cpu.Buffer.Count == 0,
            StepKind.Wait => cpu.IsDelivered,
            _ => true,
        };
    }

    private bool IsRemoved(Step fence) => _unfencedOffset is { } offset && _cpus[fence.Cpu].State.Buffer[^1].Offset == offset;

    private bool IsBuffered(Step load)
    {
        for (int at = load.Offset; at < load.Offset + load.Length; at++)
        {
            if (Newest(_cpus[load.Cpu].State.Buffer, at) is null)
            {
                return false;
            }
        }

        return true;
    }

    private ulong Load(List<Step> buffer, Step load)
    {
        ulong result = 0;
        for (int i = 0; i < load.Length; i++)
        {
            int at = load.Offset + i;
            ulong value = Newest(buffer, at) is { } store ? (store.Value >> (8 * (at - store.Offset))) & 0xFF : _shared[at];
            result |= value << (8 * i);
        }

        return result;
    }

    private static Step? Newest(List<Step> buffer, int at)
    {
        for (int i = buffer.Count - 1; i >= 0; i--)
        {
            if (at >= buffer[i].Offset && at < buffer[i].Offset + buffer[i].Length)
            {
                return buffer[i];
            }
        }

        return null;
    }
}
