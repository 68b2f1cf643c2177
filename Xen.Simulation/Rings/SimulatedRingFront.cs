using Xen.Platform;
using Xen.Rings;

namespace Xen.Simulation;

/// <summary>The end of a <see cref="SimulatedRing{TReq,TRsp}"/> that asks.</summary>
/// <typeparam name="TReq">The request's wire structure.</typeparam>
/// <typeparam name="TRsp">The response's wire structure.</typeparam>
public sealed class SimulatedRingFront<TReq, TRsp>
    where TReq : unmanaged
    where TRsp : unmanaged
{
    internal SimulatedRingFront(FrontRing<TReq, TRsp, DirectMemory> ring, RingBell bell)
    {
        Ring = ring;
        Bell = bell;
    }

    /// <summary>The ring itself, to fill slots and to look at.</summary>
    public FrontRing<TReq, TRsp, DirectMemory> Ring { get; }

    internal RingBell Bell { get; }

    /// <summary>Publishes the requests that were written, and notifies the back end when it asked for that.</summary>
    public void Push()
    {
        if (Ring.Push())
        {
            Bell.Ring();
        }
    }

    /// <summary>Takes the next response, and waits for it when there is none. One reader at a time.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="XenException">The back end broke the protocol (<see cref="XenErrno.EIO"/>).</exception>
    public async ValueTask<TRsp> ReadAsync(CancellationToken cancellationToken = default)
    {
        TRsp response;
        while (!Ring.TryRead(out response))
        {
            if (!Ring.FinalCheck())
            {
                await Bell.WaitAsync(cancellationToken);
            }
            else if (Ring.IsBroken)
            {
                throw RingBell.Broken("back end", Ring.Snapshot());
            }
        }

        return response;
    }
}
