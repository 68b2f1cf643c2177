using System.Runtime.CompilerServices;
using Xen.Rings;

namespace Xen.Benchmarks.Ring;

/// <summary>Both ends of a ring on one page: what ring.c does, with the rings of this stack.</summary>
/// <typeparam name="TReq">The request.</typeparam>
/// <typeparam name="TRsp">The response.</typeparam>
/// <typeparam name="TWork">What is written and read.</typeparam>
internal sealed unsafe class RingPair<TReq, TRsp, TWork>
    where TReq : unmanaged
    where TRsp : unmanaged
    where TWork : struct, IRingWork<TReq, TRsp>
{
    private readonly FrontRing<TReq, TRsp, DirectMemory> _front;
    private readonly BackRing<TReq, TRsp, DirectMemory> _back;

    public RingPair(byte* page)
    {
        RingPage.Initialize<DirectMemory>(page);
        _front = new FrontRing<TReq, TRsp, DirectMemory>(page, 4096);
        _back = new BackRing<TReq, TRsp, DirectMemory>(page, 4096);
    }

    /// <summary>Push and consume, both ways, in batches.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ulong RunBatches(uint batches, uint batch)
    {
        ulong total = 0;
        FrontRing<TReq, TRsp, DirectMemory> front = _front;
        BackRing<TReq, TRsp, DirectMemory> back = _back;
        for (uint i = 0; i < batches; i++)
        {
            RequestBatch<TReq, TRsp, DirectMemory> requests = front.BeginRequests();
            for (uint j = 0; j < batch; j++)
            {
                TWork.Fill(j, out TReq request);
                if (!requests.TryWrite(in request))
                {
                    break;
                }
            }

            if (front.Push(requests))
            {
                total++;
            }

            ServiceBatch<TReq, TRsp, DirectMemory> service = back.BeginService();
            while (service.TryRead(out TReq request))
            {
                TWork.Answer(in request, out TRsp response);
                service.TryWrite(in response);
            }

            if (back.Push(service))
            {
                total++;
            }

            ResponseBatch<TReq, TRsp, DirectMemory> responses = front.BeginResponses();
            while (responses.TryRead(out TRsp response))
            {
                total += TWork.Sum(in response);
            }

            front.End(responses);
        }

        return total;
    }

    /// <summary>The same, message by message: each takes the index from the ring and puts it back.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ulong RunSingly(uint batches, uint batch)
    {
        ulong total = 0;
        FrontRing<TReq, TRsp, DirectMemory> front = _front;
        BackRing<TReq, TRsp, DirectMemory> back = _back;
        for (uint i = 0; i < batches; i++)
        {
            for (uint j = 0; j < batch; j++)
            {
                TWork.Fill(j, out TReq request);
                if (!front.TryWrite(in request))
                {
                    break;
                }
            }

            total += front.Push() ? 1u : 0;
            for (int rest = back.BeginBatch(); rest > 0 && back.TryRead(out TReq request); rest--)
            {
                TWork.Answer(in request, out TRsp response);
                back.TryWrite(in response);
            }

            total += back.Push() ? 1u : 0;
            for (int rest = front.BeginBatch(); rest > 0 && front.TryRead(out TRsp response); rest--)
            {
                total += TWork.Sum(in response);
            }
        }

        return total;
    }
}
