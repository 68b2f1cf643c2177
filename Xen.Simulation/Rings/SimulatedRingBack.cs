using Xen.Platform;
using Xen.Rings;

namespace Xen.Simulation;

/// <summary>The end of a <see cref="SimulatedRing{TReq,TRsp}"/> that answers.</summary>
/// <typeparam name="TReq">The request's wire structure.</typeparam>
/// <typeparam name="TRsp">The response's wire structure.</typeparam>
public sealed class SimulatedRingBack<TReq, TRsp>
    where TReq : unmanaged
    where TRsp : unmanaged
{
    internal SimulatedRingBack(BackRing<TReq, TRsp, DirectMemory> ring, RingBell bell)
    {
        Ring = ring;
        Bell = bell;
    }

    /// <summary>The ring itself, to fill slots and to look at.</summary>
    public BackRing<TReq, TRsp, DirectMemory> Ring { get; }

    internal RingBell Bell { get; }

    /// <summary>Publishes the responses that were written, and notifies the front end when it asked for that.</summary>
    public void Push()
    {
        if (Ring.Push())
        {
            Bell.Ring();
        }
    }

    /// <summary>Takes the next request, and waits for it when there is none. One reader at a time.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="XenException">The front end broke the protocol (<see cref="XenErrno.EIO"/>).</exception>
    public async ValueTask<TReq> ReadAsync(CancellationToken cancellationToken = default)
    {
        TReq request;
        while (!Ring.TryRead(out request))
        {
            if (!Ring.FinalCheck())
            {
                await Bell.WaitAsync(cancellationToken);
            }
            else if (Ring.IsBroken)
            {
                throw RingBell.Broken("front end", Ring.Snapshot());
            }
        }

        return request;
    }
}
