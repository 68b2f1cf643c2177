using System.Runtime.InteropServices;
using Xen.Rings;

namespace Xen.Benchmarks.Ring;

/// <summary>Push and consume against the C macros.</summary>
internal static unsafe class RingBenchmark
{
    private const double Goal = 1.25;
    private const int Rounds = 51;
    private const uint OperationsOfRound = 200_000;

    public static void Run()
    {
        nint library = CRing.Load();
        foreach (uint batch in (uint[])[1, 8, 32])
        {
            Run<NetifTxRequest, NetifTxResponse, NetifWork>(library, "netif_tx", batch);
            Run<BlkifRequest, BlkifResponse, BlkifWork>(library, "blkif", batch);
        }
    }

    private static void Run<TReq, TRsp, TWork>(nint library, string name, uint batch)
        where TReq : unmanaged
        where TRsp : unmanaged
        where TWork : struct, IRingWork<TReq, TRsp>
    {
        var make = (delegate* unmanaged<void*, void*>)NativeLibrary.GetExport(library, $"{name}_make");
        var run = (delegate* unmanaged<void*, uint, uint, ulong>)NativeLibrary.GetExport(library, $"{name}_run");
        byte* pages = (byte*)NativeMemory.AlignedAlloc(3 * 4096, 4096);
        NativeMemory.Clear(pages, 3 * 4096);
        var ours = new RingPair<TReq, TRsp, TWork>(pages);
        void* theirs = make(pages + 4096);
        var oursSingly = new RingPair<TReq, TRsp, TWork>(pages + (2 * 4096));
        Comparison batches = NewComparison($"ring {name}, {batch} a push");
        Comparison singly = NewComparison($"ring {name}, {batch} a push, message by message");
        uint count = OperationsOfRound / batch;
        int operations = (int)(count * batch);
        for (int round = 0; round < Rounds; round++)
        {
            ulong ourTotal = 0;
            ulong singleTotal = 0;
            ulong theirTotal = 0;
            double own = Comparison.Time(operations, () => ourTotal = ours.RunBatches(count, batch));
            double other = Comparison.Time(operations, () => theirTotal = run(theirs, count, batch));
            double single = Comparison.Time(operations, () => singleTotal = oursSingly.RunSingly(count, batch));
            if (ourTotal != theirTotal || singleTotal != theirTotal)
            {
                throw new InvalidOperationException($"The rings disagree: {ourTotal}, {singleTotal} and {theirTotal}.");
            }

            // The first rounds warm up: the just-in-time compiler's tiers, the caches.
            if (round > Rounds / 3)
            {
                batches.Add(own, other);
                singly.Add(single, other);
            }
        }

        batches.PrintTimes(Goal);
        singly.PrintTimes(Goal);
        NativeMemory.AlignedFree(pages);
    }

    private static Comparison NewComparison(FormattableString name) =>
        new(FormattableString.Invariant(name), "Xen's C macros, -O2", "request and response");
}
