using System.Runtime.InteropServices;
using Xen.Rings;

namespace Xen.Floor0.Tests.Oracle;

/// <summary>Both ends of a ring on one page, driven by the operations of the oracle.</summary>
internal sealed unsafe class RingPair<TReq, TRsp>
    where TReq : unmanaged
    where TRsp : unmanaged
{
    private const uint FrontWrite = 0;
    private const uint FrontPush = 1;
    private const uint FrontRead = 2;
    private const uint FrontFinalCheck = 3;
    private const uint FrontFree = 4;
    private const uint BackWrite = 5;
    private const uint BackPush = 6;
    private const uint BackRead = 7;
    private const uint BackFinalCheck = 8;

    private readonly FrontRing<TReq, TRsp, DirectMemory> _front;
    private readonly BackRing<TReq, TRsp, DirectMemory> _back;

    public RingPair(byte* page, int length, uint start)
    {
        RingPage.Initialize<DirectMemory>(page, start);
        _front = new FrontRing<TReq, TRsp, DirectMemory>(page, length, start);
        _back = new BackRing<TReq, TRsp, DirectMemory>(page, length);
    }

    /// <summary>Runs a sequence and writes down what each operation returned.</summary>
    public void Run(ReadOnlySpan<OracleOp> ops, Span<uint> results, bool inBatches)
    {
        for (int i = 0; i < ops.Length;)
        {
            int batch = inBatches ? LengthOfBatch(ops[i..]) : 0;
            if (batch == 0)
            {
                results[i] = Run(ops[i]);
                i++;
                continue;
            }

            RunBatch(ops.Slice(i, batch), results.Slice(i, batch));
            i += batch;
        }
    }

    /// <summary>Reads at the front; writes at the front, or both at the back, up to a push. 0 when it is no batch.</summary>
    private static int LengthOfBatch(ReadOnlySpan<OracleOp> ops)
    {
        (uint first, uint second, uint end) = ops[0].Kind switch
        {
            FrontRead => (FrontRead, FrontRead, FrontRead),
            FrontWrite or FrontPush => (FrontWrite, FrontWrite, FrontPush),
            BackRead or BackWrite or BackPush => (BackRead, BackWrite, BackPush),
            _ => (uint.MaxValue, uint.MaxValue, uint.MaxValue),
        };
        int length = 0;
        while (length < ops.Length && (ops[length].Kind == first || ops[length].Kind == second))
        {
            length++;
        }

        return end == FrontRead ? length : length < ops.Length && ops[length].Kind == end ? length + 1 : 0;
    }

    private void RunBatch(ReadOnlySpan<OracleOp> ops, Span<uint> results)
    {
        switch (ops[^1].Kind)
        {
            case FrontPush:
                RequestBatch<TReq, TRsp, DirectMemory> requests = _front.BeginRequests();
                for (int i = 0; i < ops.Length - 1; i++)
                {
                    results[i] = requests.TryWrite(Message<TReq>(ops[i].Argument)) ? 1u : 0;
                }

                results[^1] = _front.Push(requests) ? 1u : 0;
                break;
            case FrontRead:
                ResponseBatch<TReq, TRsp, DirectMemory> responses = _front.BeginResponses();
                for (int i = 0; i < ops.Length; i++)
                {
                    results[i] = responses.TryRead(out TRsp response) ? Digest(in response) : 0;
                }

                _front.End(responses);
                break;
            default:
                ServiceBatch<TReq, TRsp, DirectMemory> service = _back.BeginService();
                for (int i = 0; i < ops.Length - 1; i++)
                {
                    results[i] = ops[i].Kind == BackWrite
                        ? service.TryWrite(Message<TRsp>(ops[i].Argument)) ? 1u : 0
                        : service.TryRead(out TReq request) ? Digest(in request) : 0;
                }

                results[^1] = _back.Push(service) ? 1u : 0;
                break;
        }
    }

    private uint Run(OracleOp op) => op.Kind switch
    {
        FrontWrite => _front.TryWrite(Message<TReq>(op.Argument)) ? 1u : 0,
        FrontPush => _front.Push() ? 1u : 0,
        FrontRead => _front.TryRead(out TRsp response) ? Digest(in response) : 0,
        FrontFinalCheck => _front.FinalCheck((int)op.Argument) ? 1u : 0,
        FrontFree => (uint)_front.FreeSlots,
        BackWrite => _back.TryWrite(Message<TRsp>(op.Argument)) ? 1u : 0,
        BackPush => _back.Push() ? 1u : 0,
        BackRead => _back.TryRead(out TReq request) ? Digest(in request) : 0,
        BackFinalCheck => _back.FinalCheck((int)op.Argument) ? 1u : 0,
        _ => (uint)_back.FreeSlots,
    };

    private static T Message<T>(uint number)
        where T : unmanaged
    {
        T message;
        OracleOp.Fill(new Span<byte>(&message, sizeof(T)), number);
        return message;
    }

    private static uint Digest<T>(in T message)
        where T : unmanaged => OracleOp.Digest(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in message)));
}
