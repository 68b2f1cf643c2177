using Xen.Events;

namespace Xen.Checks.Stepping;

/// <summary>Event words of which every access is a step of the present <see cref="SteppingMachine"/>.</summary>
internal readonly unsafe struct SteppingEventMemory : IEventMemory
{
    public static uint Load(uint* address) => (uint)SteppingCpu.Current.Load((byte*)address, sizeof(uint));

    public static uint CompareExchange(uint* address, uint value, uint expected) =>
        SteppingCpu.Current.Atomic(StepKind.CompareExchange, address, value, expected);

    public static uint Exchange(uint* address, uint value) => SteppingCpu.Current.Atomic(StepKind.Exchange, address, value);

    public static void Or(uint* address, uint bits) => SteppingCpu.Current.Atomic(StepKind.Or, address, bits);
}
