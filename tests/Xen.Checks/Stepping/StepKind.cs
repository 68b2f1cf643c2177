namespace Xen.Checks.Stepping;

/// <summary>What a processor of the stepping machine does next.</summary>
public enum StepKind
{
    /// <summary>Reads shared memory, unless its own store buffer has the bytes.</summary>
    Load,

    /// <summary>Puts a store into its own buffer.</summary>
    Store,

    /// <summary>The oldest store of the buffer reaches memory.</summary>
    Drain,

    /// <summary>A full fence: waits until the buffer is empty.</summary>
    Fence,

    /// <summary>Sends an event. A hypercall: waits until the buffer is empty.</summary>
    Notify,

    /// <summary>Takes the mask from its own event port; a pending event is delivered. Waits until the buffer is empty.</summary>
    Unmask,

    /// <summary>Replaces a word that is as expected. Like all that follow down to <see cref="Acquire"/>: at once in memory, when the buffer is empty.</summary>
    CompareExchange,

    /// <summary>Replaces a word.</summary>
    Exchange,

    /// <summary>Sets bits of a word.</summary>
    Or,

    /// <summary>Clears the other bits of a word.</summary>
    And,

    /// <summary>Takes a lock, a word that is 0 while it is free: waits until it is.</summary>
    Acquire,

    /// <summary>Sleeps until an event is delivered that no wait has seen.</summary>
    Wait,
}
