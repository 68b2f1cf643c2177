using Xen.Checks.Stepping;
using Xen.Events;
using Xen.Platform.Abi;

namespace Xen.Checks.Events;

/// <summary>
/// Xen and a guest with FIFO event channels, each on its processor: Xen sends events in an order, each with a piece of work that it counts in memory; the
/// guest is done when it has seen all the work of every port. It masks with each event and unmasks when it has looked for work (late EOI), as
/// <see cref="GuestEventChannels"/> does. Xen is written here from the specification (xen-protocols 1.5); its queues have a lock, for a guest that asks
/// Xen to unmask runs Xen on its own processor.
/// </summary>
/// <param name="Sends">The ports of the events, 1 or 2.</param>
/// <param name="Priorities">The queue of each port; the first is of port 0, which does not exist.</param>
internal sealed unsafe record FifoDialogue(uint[] Sends, int[] Priorities)
{
    private const int GuestCpu = 1;
    private const int HeadsOffset = 8;
    private const int WordsOffset = 72;
    private const int PortCount = 3;
    private const int TailsOffset = WordsOffset + (PortCount * sizeof(uint));
    private const int WorkOffset = TailsOffset + (PortCount * sizeof(uint));
    private const int LockOffset = WorkOffset + (PortCount * sizeof(uint));
    private const int Length = LockOffset + sizeof(uint);
    private const int LinkTries = 4;

    /// <summary>A machine with a sound guest, or one whose exchanges are torn or that does not ask Xen to unmask.</summary>
    public SteppingMachine ToMachine(FifoDefect defect)
    {
        Action<SteppingCpu> guest = defect == FifoDefect.TornExchange
            ? cpu => Guest(cpu, new FifoQueues<TornEventMemory>(), asksXen: true)
            : cpu => Guest(cpu, new FifoQueues<SteppingEventMemory>(), asksXen: defect != FifoDefect.XenIsNotAsked);
        return new SteppingMachine(new byte[Length], null, Send, guest);
    }

    public override string ToString() => $"events for ports [{string.Join(", ", Sends)}] of priorities [{string.Join(", ", Priorities.Skip(1))}]";

    private void Guest<TMemory>(SteppingCpu cpu, FifoQueues<TMemory> queues, bool asksXen)
        where TMemory : struct, IEventMemory
    {
        var taken = new TakenPorts();
        uint[] seen = new uint[PortCount];
        queues.Reset((FifoControlBlock*)cpu.Shared);
        queues.AddPage(Word(cpu, 0));
        while (true)
        {
            // A scan ends with every queue empty, so the guest's own heads say nothing here.
            cpu.At(0, seen[1], seen[2]);
            queues.Scan(taken);
            uint[] ports = taken.Drain();
            for (int i = 0; i < ports.Length; i++)
            {
                cpu.At(1, seen[1], seen[2], (ulong)(ports.Length - i), ports[i], ports[^1]);
                uint port = ports[i];
                seen[port] = Load(cpu, WorkOffset, port);
                if (queues.Unmask(port) && asksXen)
                {
                    Unmask(cpu, port);
                }
            }

            Expect.Equal(0L, queues.DroppedQueues, "queues given up, of a sound Xen");
            if (IsAllSeen(seen))
            {
                return;
            }

            cpu.Unmask();
            cpu.Wait();
        }
    }

    private bool IsAllSeen(uint[] seen)
    {
        for (uint port = 1; port < PortCount; port++)
        {
            if (seen[port] != Sends.Count(sent => sent == port))
            {
                return false;
            }
        }

        return true;
    }

    private void Send(SteppingCpu cpu)
    {
        uint[] work = new uint[PortCount];
        for (int i = 0; i < Sends.Length; i++)
        {
            cpu.At((ulong)i);
            uint port = Sends[i];
            cpu.Store((byte*)At(cpu, WorkOffset, port), sizeof(uint), ++work[port]);
            SetPending(cpu, port);
        }
    }

    // Under the lock of the queue from Pending on: a port that is linked and not in its queue yet is one that another port can be linked to.
    private void SetPending(SteppingCpu cpu, uint port)
    {
        cpu.Atomic(StepKind.Acquire, At(cpu, LockOffset, 0), 1);
        cpu.Atomic(StepKind.Or, Word(cpu, port), FifoEventWord.Pending);
        bool isMasked = (Load(cpu, WordsOffset, port) & FifoEventWord.Masked) != 0;
        bool isAppended = !isMasked && (cpu.Atomic(StepKind.Or, Word(cpu, port), FifoEventWord.Linked) & FifoEventWord.Linked) == 0;
        bool isFirst = isAppended && Append(cpu, port);
        cpu.Store((byte*)At(cpu, LockOffset, 0), sizeof(uint), 0);
        uint bit = 1u << Priorities[port];
        if (isFirst && (cpu.Atomic(StepKind.Or, At(cpu, 0, 0), bit) & bit) == 0)
        {
            cpu.Notify(GuestCpu);
        }
    }

    private void Unmask(SteppingCpu cpu, uint port)
    {
        cpu.Atomic(StepKind.And, Word(cpu, port), ~FifoEventWord.Masked);
        if ((Load(cpu, WordsOffset, port) & FifoEventWord.Pending) != 0)
        {
            SetPending(cpu, port);
        }
    }

    // True when the queue had ended.
    private bool Append(SteppingCpu cpu, uint port)
    {
        uint queue = (uint)Priorities[port];
        uint tail = Load(cpu, TailsOffset, queue);
        cpu.Store((byte*)At(cpu, TailsOffset, queue), sizeof(uint), port);
        if (tail != 0 && tail != port && TryLink(cpu, tail, port))
        {
            return false;
        }

        cpu.Store((byte*)At(cpu, HeadsOffset, queue), sizeof(uint), port);
        return true;
    }

    private static bool TryLink(SteppingCpu cpu, uint tail, uint port)
    {
        uint* word = Word(cpu, tail);
        uint seen = Load(cpu, WordsOffset, tail);
        for (int tries = 0; tries < LinkTries && (seen & FifoEventWord.Linked) != 0; tries++)
        {
            uint linked = (seen & ~(FifoEventWord.LinkMask | FifoEventWord.Busy)) | port;
            uint found = cpu.Atomic(StepKind.CompareExchange, word, linked, seen);
            if (found == seen)
            {
                return true;
            }

            seen = cpu.Atomic(StepKind.Or, word, FifoEventWord.Busy) | FifoEventWord.Busy;
        }

        Expect.That((seen & FifoEventWord.Linked) == 0, "Xen could not link to a tail in four tries.");
        cpu.Atomic(StepKind.And, word, ~FifoEventWord.Busy);
        return false;
    }

    private static uint Load(SteppingCpu cpu, int offset, uint index) => (uint)cpu.Load((byte*)At(cpu, offset, index), sizeof(uint));

    private static uint* Word(SteppingCpu cpu, uint port) => At(cpu, WordsOffset, port);

    private static uint* At(SteppingCpu cpu, int offset, uint index) => (uint*)(cpu.Shared + offset) + index;
}
