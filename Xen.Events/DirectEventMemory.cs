namespace Xen.Events;

/// <summary>The memory itself.</summary>
internal readonly unsafe struct DirectEventMemory : IEventMemory
{
    public static uint Load(uint* address) => Volatile.Read(ref *address);

    public static uint CompareExchange(uint* address, uint value, uint expected) => Interlocked.CompareExchange(ref *address, value, expected);

    public static uint Exchange(uint* address, uint value) => Interlocked.Exchange(ref *address, value);

    public static void Or(uint* address, uint bits) => Interlocked.Or(ref *address, bits);
}
