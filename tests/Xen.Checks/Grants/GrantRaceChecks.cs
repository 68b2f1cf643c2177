using Xen.Checks.Stepping;
using Xen.Grants;
using Xen.Platform.Abi;
using Xen.Simulation.Choices;

namespace Xen.Checks.Grants;

/// <summary>
/// R7 in version 2: Xen maps a page while the guest revokes it, in every interleaving of their accesses and store buffers. Never has the guest the page
/// back while it is mapped. Xen is written here from the specification.
/// </summary>
public static unsafe class GrantRaceChecks
{
    private const int Flags = 0;
    private const int Status = 2;
    private const int IsMapped = 4;
    private const int IsRevoked = 6;
    private const ushort Marks = (ushort)(GrantEntryFlags.Reading | GrantEntryFlags.Writing);

    public static void RevokedIsNotMapped(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        int uses = 1 + choice.Next(2);
        IReadOnlyList<int>? stuck = Exploration.Explore(ToMachine(uses, unfencedOffset: null)).Stuck;
        Expect.That(stuck is null, $"The guest waits for ever after the choices [{string.Join(", ", stuck ?? [])}].");
    }

    /// <summary>The search is good enough to be believed: without the guest's fence, or without Xen's, it finds a page in two hands.</summary>
    public static void AMissingFenceIsFound(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        int unfenced = choice.Next(2) == 0 ? Flags : Status;
        try
        {
            Exploration.Explore(ToMachine(uses: 1, unfenced));
        }
        catch (CheckFailedException)
        {
            return;
        }

        throw new CheckFailedException($"Without the fence after the store to offset {unfenced}, no page is ever in two hands.");
    }

    private static SteppingMachine ToMachine(int uses, int? unfencedOffset)
    {
        byte[] memory = new byte[8];
        memory[Flags] = (byte)GrantEntryFlags.PermitAccess;
        return new SteppingMachine(memory, unfencedOffset, Guest, cpu => Map(cpu, uses));
    }

    private static void Guest(SteppingCpu cpu)
    {
        while (!GrantStatusWord.TryRevoke<SteppingMemory>(At(cpu, Flags), At(cpu, Status)))
        {
            // In quarantine: looked at again when the peer has done something.
            cpu.At(0);
            cpu.Unmask();
            cpu.Wait();
        }

        SteppingMemory.StoreUInt16(At(cpu, IsRevoked), 1);
        SteppingMemory.FullFence();
        Expect.Equal((ushort)0, SteppingMemory.LoadUInt16(At(cpu, IsMapped)), "page that is mapped, seen by the guest that has it back");
    }

    private static void Map(SteppingCpu cpu, int uses)
    {
        for (int i = 0; i < uses; i++)
        {
            if (IsPermitted(cpu) && TryMark(cpu))
            {
                SteppingMemory.StoreUInt16(At(cpu, IsMapped), 1);
                SteppingMemory.FullFence();
                Expect.Equal((ushort)0, SteppingMemory.LoadUInt16(At(cpu, IsRevoked)), "page that the guest has back, seen by who maps it");
                SteppingMemory.StoreUInt16(At(cpu, IsMapped), 0);
                SteppingMemory.StoreUInt16(At(cpu, Status), 0);
            }

            cpu.Notify(0);
        }
    }

    private static bool TryMark(SteppingCpu cpu)
    {
        SteppingMemory.StoreUInt16(At(cpu, Status), Marks);
        SteppingMemory.FullFence();
        if (IsPermitted(cpu))
        {
            return true;
        }

        SteppingMemory.StoreUInt16(At(cpu, Status), 0);
        return false;
    }

    private static bool IsPermitted(SteppingCpu cpu) => SteppingMemory.LoadUInt16(At(cpu, Flags)) == (ushort)GrantEntryFlags.PermitAccess;

    private static ushort* At(SteppingCpu cpu, int offset) => (ushort*)(cpu.Shared + offset);
}
