namespace Xen.Platform.Abi;

/// <summary>Sub-operations of <c>sched_op</c> (<c>SCHEDOP_*</c>).</summary>
public enum SchedOp
{
    /// <summary>Lets others run.</summary>
    Yield = 0,

    /// <summary>Sleeps until an upcall.</summary>
    Block = 1,

    /// <summary>Ends the domain; argument <see cref="SchedShutdown"/>.</summary>
    Shutdown = 2,

    /// <summary>Sleeps until one of some ports is pending; argument <see cref="SchedPoll"/>.</summary>
    Poll = 3,
}
