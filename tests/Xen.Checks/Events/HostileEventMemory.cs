using Xen.Events;
using Xen.Platform.Abi;
using Xen.Simulation.Choices;

namespace Xen.Checks.Events;

/// <summary>Event words that somebody rewrites before any access; watches where the accesses go and how many there are.</summary>
internal readonly unsafe struct HostileEventMemory : IEventMemory
{
    [ThreadStatic]
    private static Attack? _attack;

    public static uint Load(uint* address) => *Reach(address);

    public static uint CompareExchange(uint* address, uint value, uint expected)
    {
        uint found = *Reach(address);
        *address = found == expected ? value : found;
        return found;
    }

    public static uint Exchange(uint* address, uint value)
    {
        uint found = *Reach(address);
        *address = value;
        return found;
    }

    public static void Or(uint* address, uint bits) => *Reach(address) |= bits;

    /// <summary>Begins: from now on this memory, and no other, may be reached so often.</summary>
    public static void Begin(IChoice choice, byte* first, int length, long accesses) =>
        _attack = new Attack { Choice = choice, First = first, Length = length, Left = accesses, KeepsReady = choice.Next(2) == 0 };

    private static uint* Reach(uint* address)
    {
        Attack attack = _attack!;
        long offset = (byte*)address - attack.First;
        Expect.That(offset >= 0 && offset < attack.Length, $"The guest reached {offset} of {attack.Length} shared bytes.");
        Expect.That(attack.Left-- > 0, "A scan has no end.");
        if (attack.Choice.Next(3) == 0)
        {
            attack.Rewrite();
        }

        return address;
    }

    private sealed class Attack
    {
        public required IChoice Choice { get; init; }

        public byte* First { get; init; }

        public int Length { get; init; }

        public long Left { get; set; }

        /// <summary>All queues are called ready again and again: a scan would never end by itself.</summary>
        public bool KeepsReady { get; init; }

        public void Rewrite()
        {
            if (KeepsReady)
            {
                ((FifoControlBlock*)First)->Ready = uint.MaxValue;
            }

            uint* target = (uint*)First + Choice.Next(Choice.Next(4) == 0 ? sizeof(FifoControlBlock) / sizeof(uint) : Length / sizeof(uint));
            *target = Choice.Next(3) switch
            {
                0 => uint.MaxValue,
                1 => FifoEventWord.Pending | FifoEventWord.Linked | (uint)Choice.Next(1 << FifoEventWord.LinkBits),
                _ => FifoEventWord.Linked | (uint)Choice.Next(8),
            };
        }
    }
}
