using Xen.Platform.Abi;

namespace Xen.Platform;

/// <summary>The hypercalls with their types.</summary>
public static unsafe class HypervisorCalls
{
    /// <summary>An event-channel operation.</summary>
    /// <param name="hypervisor">The hypervisor.</param>
    /// <param name="operation">Which.</param>
    /// <param name="argument">Its structure, in and out.</param>
    /// <returns>0, or minus a <see cref="XenErrno"/>.</returns>
    public static int EventChannelOp<TArgument>(this IHypervisor hypervisor, EventChannelOp operation, TArgument* argument)
        where TArgument : unmanaged =>
        (int)hypervisor.Hypercall(HypercallNumber.EventChannelOp, (ulong)operation, (ulong)argument, 0, 0, 0);

    /// <summary>A grant-table operation on each element of an array. Each element has its own status.</summary>
    /// <param name="hypervisor">The hypervisor.</param>
    /// <param name="operation">Which.</param>
    /// <param name="arguments">The first element.</param>
    /// <param name="count">How many.</param>
    /// <returns>0, or minus a <see cref="XenErrno"/> when the call as a whole was refused.</returns>
    public static int GrantTableOp<TArgument>(this IHypervisor hypervisor, GrantTableOp operation, TArgument* arguments, int count)
        where TArgument : unmanaged =>
        (int)hypervisor.Hypercall(HypercallNumber.GrantTableOp, (ulong)operation, (ulong)arguments, (ulong)count, 0, 0);

    /// <summary>A memory operation.</summary>
    /// <param name="hypervisor">The hypervisor.</param>
    /// <param name="operation">Which.</param>
    /// <param name="argument">Its structure, in and out.</param>
    /// <returns>0 or what was asked for, else minus a <see cref="XenErrno"/>.</returns>
    public static long MemoryOp<TArgument>(this IHypervisor hypervisor, MemoryOp operation, TArgument* argument)
        where TArgument : unmanaged =>
        hypervisor.Hypercall(HypercallNumber.MemoryOp, (ulong)operation, (ulong)argument, 0, 0, 0);

    /// <summary>Lets other domains run; the caller stays ready.</summary>
    /// <param name="hypervisor">The hypervisor.</param>
    public static void Yield(this IHypervisor hypervisor) =>
        hypervisor.Hypercall(HypercallNumber.SchedOp, (ulong)SchedOp.Yield, 0, 0, 0, 0);

    /// <summary>Ends the domain. On real Xen it does not return.</summary>
    /// <param name="hypervisor">The hypervisor.</param>
    /// <param name="reason">Why.</param>
    /// <returns>For <see cref="ShutdownReason.Suspend"/>: 1 when it was cancelled, 0 in the new domain. Else minus a <see cref="XenErrno"/>.</returns>
    public static int Shutdown(this IHypervisor hypervisor, ShutdownReason reason)
    {
        var argument = new SchedShutdown { Reason = reason };
        return (int)hypervisor.Hypercall(HypercallNumber.SchedOp, (ulong)SchedOp.Shutdown, (ulong)&argument, 0, 0, 0);
    }

    /// <summary>Reads a parameter that the toolstack set.</summary>
    /// <param name="hypervisor">The hypervisor.</param>
    /// <param name="parameter">Which.</param>
    /// <exception cref="XenException">Xen refused.</exception>
    public static ulong GetHvmParam(this IHypervisor hypervisor, HvmParam parameter)
    {
        var argument = new XenHvmParam { Domid = DomainId.Self.Value, Index = parameter };
        long result = hypervisor.Hypercall(HypercallNumber.HvmOp, (ulong)HvmOp.GetParam, (ulong)&argument, 0, 0, 0);
        Check(result, "HVMOP_get_param", parameter);
        return argument.Value;
    }

    /// <summary>Turns a refused hypercall into an exception. Not for the data path.</summary>
    /// <param name="result">What the hypercall returned.</param>
    /// <param name="operation">Its name in Xen's headers.</param>
    /// <param name="subject">What it was about, for the message.</param>
    /// <exception cref="XenException"><paramref name="result"/> is negative.</exception>
    public static void Check(long result, string operation, object subject)
    {
        if (result < 0)
        {
            throw new XenException((XenErrno)(-result), $"{operation}({subject})");
        }
    }
}
