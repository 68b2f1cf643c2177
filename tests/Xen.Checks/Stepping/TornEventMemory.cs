using Xen.Events;

namespace Xen.Checks.Stepping;

/// <summary>The same, but a compare-and-exchange is a load and a store: what a guest would be that forgets that Xen writes too.</summary>
internal readonly unsafe struct TornEventMemory : IEventMemory
{
    public static uint Load(uint* address) => SteppingEventMemory.Load(address);

    public static uint CompareExchange(uint* address, uint value, uint expected)
    {
        uint found = SteppingEventMemory.Load(address);
        if (found == expected)
        {
            SteppingCpu.Current.Store((byte*)address, sizeof(uint), value);
        }

        return found;
    }

    public static uint Exchange(uint* address, uint value) => SteppingEventMemory.Exchange(address, value);

    public static void Or(uint* address, uint bits) => SteppingEventMemory.Or(address, bits);
}
