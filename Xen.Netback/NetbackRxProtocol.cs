using Xen.Grants;
using Xen.Rings;

namespace Xen.Netback;

/// <summary>
/// The back end's half of a receive ring as pure code: pages that the front end offers, and frames put into them, in the order of the
/// pages.
/// </summary>
/// <typeparam name="TMemory">How to reach the ring.</typeparam>
public sealed class NetbackRxProtocol<TMemory>
    where TMemory : struct, ISharedMemory
{
    private readonly BackRing<NetifRxRequest, NetifRxResponse, TMemory> _ring;
    private RingState _atBreak;

    /// <summary>Begins on a ring that the front end initialised.</summary>
    /// <param name="ring">The ring.</param>
    public NetbackRxProtocol(BackRing<NetifRxRequest, NetifRxResponse, TMemory> ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        _ring = ring;
    }

    /// <summary>What the peer did wrong; nothing so far when <see cref="NetifViolation.IsViolation"/> is false.</summary>
    public NetifViolation Violation
    {
        get;
        private set
        {
            field = value;
            if (value.IsViolation)
            {
                // The last look at the ring (R11).
                _atBreak = _ring.Snapshot() with { IsBroken = true };
            }
        }
    }

    /// <summary>Looks how many pages are offered.</summary>
    /// <returns>Their number; 0 also when the peer broke the protocol: see <see cref="Violation"/>.</returns>
    public int Poll()
    {
        if (Violation.IsViolation)
        {
            return 0;
        }

        int available = _ring.BeginBatch();
        NoteBrokenRing();
        return available;
    }

    /// <summary>Takes the next page. The caller answers it, in the same order.</summary>
    /// <param name="id">Comes back in the response.</param>
    /// <param name="page">The page.</param>
    public bool TryTake(out ushort id, out GrantRef page)
    {
        id = 0;
        page = default;
        if (Violation.IsViolation || !_ring.TryRead(out NetifRxRequest request))
        {
            NoteBrokenRing();
            return false;
        }

        id = request.Id;
        page = new GrantRef(request.Gref);
        return true;
    }

    /// <summary>Answers the next page with a part of a frame. The front end does not see it before <see cref="Publish"/>.</summary>
    /// <param name="id">The request's.</param>
    /// <param name="flags">What the slot says about its packet.</param>
    /// <param name="status">How many bytes from the beginning of the page, or a negative <see cref="NetifStatus"/>.</param>
    public void Answer(ushort id, NetifRxFlags flags, short status)
    {
        var response = new NetifRxResponse { Id = id, Flags = flags, Status = status };
        _ring.TryWrite(in response);
    }

    /// <summary>Answers the next page with extra info instead of bytes.</summary>
    /// <param name="extra">The extra info.</param>
    public void AnswerExtra(NetifExtraInfo extra)
    {
        NetifRxResponse response = extra.ToRxResponse();
        _ring.TryWrite(in response);
    }

    /// <summary>Shows the front end every answer so far.</summary>
    /// <returns>True when it must be notified.</returns>
    public bool Publish() => !Violation.IsViolation && _ring.Push();

    /// <summary>To be asked before sleeping until pages are offered: asks for an event, and looks once more.</summary>
    /// <param name="count">How many pages the next frame needs.</param>
    /// <returns>True when the caller must not sleep.</returns>
    public bool FinalCheck(int count) => !Violation.IsViolation && _ring.FinalCheck(count);

    /// <summary>The ring, for people.</summary>
    public RingState Snapshot() => Violation.IsViolation ? _atBreak : _ring.Snapshot();

    private void NoteBrokenRing()
    {
        if (!Violation.IsViolation && _ring.IsBroken)
        {
            Violation = new NetifViolation(NetifRule.ProducerIndex, _ring.Snapshot().ReqProd);
        }
    }
}
