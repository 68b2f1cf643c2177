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
        nint first = 0;
        foreach (int pages in (ReadOnlySpan<int>)[256, 1])
        {
            ulong bytes = (ulong)pages * PageBytes;
            for (nint block; (block = LinuxCalls.Map(bytes, LinuxCalls.Readable | LinuxCalls.Writable)) != LinuxCalls.Failed; first = block)
            {
                ((nint*)block)[0] = first;
                ((ulong*)block)[1] = bytes;
            }
        }

        Grow(60);
        ulong* information = stackalloc ulong[64];
        int result = LinuxCalls.SystemInformation(information);
        for (nint block = first; block != 0; block = first)
        {
            first = ((nint*)block)[0];
            result |= LinuxCalls.Unmap(block, ((ulong*)block)[1]);
        }

        Require(result == 0 && information[5] <= information[4], $"no more free memory than there is, not {information[5]} of {information[4]} bytes");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Grow(int depth)
    {
        byte* page = stackalloc byte[PageBytes];
        page[0] = (byte)depth;
        return depth == 0 ? 0 : Grow(depth - 1) + page[0];
    }
}
