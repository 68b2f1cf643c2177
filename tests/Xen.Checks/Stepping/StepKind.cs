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

    /// <summary>Sleeps until an event is delivered that no wait has seen.</summary>
    Wait,
}
