using System.Runtime.CompilerServices;
using Xen.Unikernel;
using static Xen.UnikernelGuest.CheckRunner;

namespace Xen.UnikernelGuest;

/// <summary>Memory that was promised is there, and what cannot be there is refused.</summary>
internal static unsafe class PromiseChecks
{
    public static readonly (string, Action)[] All =
    [
        ("memory-promised-apart", Apart),
        ("memory-promised-for-reading", ForReading),
        ("memory-available", Available),
        ("memory-promised-stacks", Stacks),
    ];

    private const int PageBytes = 4096;
    private const int TableBytes = 2 << 20;

    // Each page has a page table for itself, which is memory, too. With the pages the tables go.
    private static void Apart()
    {
        const int Most = 10_000;
        ulong free = LayerCounters.Read().FreeFrames;
        nint start = LinuxCalls.Map((ulong)Most * TableBytes, 0);
        int count = 0;
        while (count < Most && LinuxCalls.Protect(start + ((nint)count * TableBytes), PageBytes, LinuxCalls.Readable | LinuxCalls.Writable) == 0)
        {
            count++;
        }

        for (int i = 0; i < count; i++)
        {
            *(byte*)(start + ((nint)i * TableBytes)) = 1;
        }

        int result = LinuxCalls.Unmap(start, (ulong)Most * TableBytes);
        long missing = (long)(free - LayerCounters.Read().FreeFrames);
        Require(count > 100 && result == 0, $"more than 100 pages and none that stays, not {count}, {result}");
        // A few, for the list of mappings.
        Require(missing < count / 20, $"that tables go with their pages, not {missing} pages less than before for {count}");
    }

    private static void ForReading()
    {
        nint start = LinuxCalls.Map(LayerCounters.Read().CommitLimitPages * PageBytes, LinuxCalls.Readable);
        Require(start == LinuxCalls.Failed, "that more pages than there are, which each come when they are read, are refused");
    }

    // A stack grows into the reserve: what may be promised is then less than nothing.
    private static void Available()
    {
        Hoard.Take();
        Grow(60);
        ulong* information = stackalloc ulong[64];
        int result = LinuxCalls.SystemInformation(information);
        result |= Hoard.Give();
        Require(result == 0 && information[5] <= information[4], $"no more free memory than there is, not {information[5]} of {information[4]} bytes");
    }

    // Without memory a thread that began has the first 64 KiB of its stack, and no other one begins. In sum these are more than what is kept back for stacks.
    private static void Stacks()
    {
        const int Threads = 64;
        const int Pages = 12;
        var threads = new DeepThreads(Threads, Pages);
        var late = new Thread(() => { });
        bool isRefused = false;
        Hoard.Take();
        try
        {
            late.Start();
        }
        catch (OutOfMemoryException)
        {
            isRefused = true;
        }

        threads.Go();
        int result = Hoard.Give();
        threads.End();
        Require(isRefused && result == 0, $"an OutOfMemoryException of Thread.Start, not {isRefused}, {result}");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Grow(int depth)
    {
        byte* page = stackalloc byte[PageBytes];
        page[0] = (byte)depth;
        return depth == 0 ? 0 : Grow(depth - 1) + page[0];
    }
}
