using System.Runtime.InteropServices;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Floor0.Tests.Oracle;

/// <summary>
/// The rings against the macros of Xen's <c>io/ring.h</c>: the same random operations on both leave the same bytes in the page and
/// return the same, each one. 40,000 sequences of each of four rings, most with indices that cross 2^32; each once message by message and
/// once in batches wherever its operations allow one.
/// </summary>
public unsafe class RingOracleTests
{
    private const int Sequences = 40_000;
    private const int MaxOps = 60;
    private const int OpKinds = 10;
    private const int MaxPages = 4;

    [OracleFact]
    public void Blkif() => Compare<BlkifRequest, BlkifResponse>("oracle_run_blkif", seed: 1);

    [OracleFact]
    public void Netif_tx() => Compare<NetifTxRequest, NetifTxResponse>("oracle_run_netif_tx", seed: 2);

    [OracleFact]
    public void Netif_rx() => Compare<NetifRxRequest, NetifRxResponse>("oracle_run_netif_rx", seed: 3);

    [OracleFact]
    public void A_ring_of_odd_sizes() => Compare<OddRequest, OddResponse>("oracle_run_odd", seed: 4);

    private static void Compare<TReq, TRsp>(string function, ulong seed)
        where TReq : unmanaged
        where TRsp : unmanaged
    {
        var run = (delegate* unmanaged<byte*, uint, uint, OracleOp*, uint, uint*, void>)COracle.Function(function);
        const int Capacity = MaxPages * 4096;
        byte* ours = (byte*)NativeMemory.AlignedAlloc(Capacity, 4096);
        byte* theirs = (byte*)NativeMemory.AlignedAlloc(Capacity, 4096);
        OracleOp* ops = stackalloc OracleOp[MaxOps];
        uint* expected = stackalloc uint[MaxOps];
        uint* actual = stackalloc uint[MaxOps];
        var choice = new SeededChoice(seed);
        for (int sequence = 0; sequence < Sequences; sequence++)
        {
            int length = Length<TReq, TRsp>(choice);
            uint start = choice.Next(4) == 0 ? 0 : uint.MaxValue - (uint)choice.Next(40);
            int count = Choose(choice, ops);
            new Span<byte>(theirs, length).Clear();
            run(theirs, (uint)length, start, ops, (uint)count, expected);
            foreach (bool inBatches in (ReadOnlySpan<bool>)[false, true])
            {
                new Span<byte>(ours, length).Clear();
                var pair = new RingPair<TReq, TRsp>(ours, length, start);
                pair.Run(new ReadOnlySpan<OracleOp>(ops, count), new Span<uint>(actual, count), inBatches);
                string name = $"Sequence {sequence} of seed {seed}{(inBatches ? " in batches" : "")}";
                int first = new ReadOnlySpan<uint>(expected, count).CommonPrefixLength(new ReadOnlySpan<uint>(actual, count));
                Assert.True(first == count, $"{name}: operation {first} returned {actual[first]}, the macros {expected[first]}.");
                int at = new ReadOnlySpan<byte>(theirs, length).CommonPrefixLength(new ReadOnlySpan<byte>(ours, length));
                Assert.True(at == length, $"{name}: the pages differ at {at}.");
            }
        }

        NativeMemory.AlignedFree(ours);
        NativeMemory.AlignedFree(theirs);
    }

    /// <summary>Small rings, which fill up and wrap within a sequence, and sometimes whole pages.</summary>
    private static int Length<TReq, TRsp>(SeededChoice choice)
        where TReq : unmanaged
        where TRsp : unmanaged =>
        choice.Next(50) == 0
            ? 4096 << choice.Next(3)
            : RingPage.HeaderSize + (Math.Max(sizeof(TReq), sizeof(TRsp)) * (1 + choice.Next(9)));

    private static int Choose(SeededChoice choice, OracleOp* ops)
    {
        int count = 1 + choice.Next(MaxOps);
        for (int i = 0; i < count; i++)
        {
            // Often the same again, or the push that ends it, as drivers do.
            ops[i].Kind = i == 0 || choice.Next(3) > 0 ? (uint)choice.Next(OpKinds) : NextOf(ops[i - 1].Kind, choice);
            // A final check takes a count, a write a number.
            ops[i].Argument = ops[i].Kind is 3 or 8 ? (uint)choice.Next(6) : (uint)choice.Next(int.MaxValue);
        }

        return count;
    }

    private static uint NextOf(uint kind, SeededChoice choice) => kind switch
    {
        0 => (uint)choice.Next(2),
        5 or 7 => 5 + (uint)choice.Next(3),
        _ => kind,
    };

    private struct OddRequest
    {
        public fixed byte Bytes[5];
    }

    private struct OddResponse
    {
        public fixed ushort Words[7];
    }
}
