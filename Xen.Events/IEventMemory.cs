namespace Xen.Events;

/// <summary>The atomic accesses of event words that Xen changes at the same time. A test makes each of them a step.</summary>
internal unsafe interface IEventMemory
{
    /// <summary>Reads, before all later accesses.</summary>
    static abstract uint Load(uint* address);

    /// <summary>Replaces a word that is as expected; a full fence. Returns what was there.</summary>
    static abstract uint CompareExchange(uint* address, uint value, uint expected);

    /// <summary>Replaces a word; a full fence. Returns what was there.</summary>
    static abstract uint Exchange(uint* address, uint value);

    /// <summary>Sets bits; a full fence.</summary>
    static abstract void Or(uint* address, uint bits);
}
