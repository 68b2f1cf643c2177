using System.Runtime.InteropServices;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Rings;

/// <summary>What a ring is for: every request reaches the back and every response the front, once, in order, wherever the indices begin.</summary>
public static unsafe class RingCarriesChecks
{
    private const int Steps = 200;

    public static void EveryMessageOnceInOrder(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        int length = RingPage.HeaderSize + (sizeof(ulong) << choice.Next(4));
        byte* page = (byte*)NativeMemory.AlignedAlloc((nuint)length, RingPage.HeaderSize);
        try
        {
            uint start = choice.Next(2) == 0 ? 0 : uint.MaxValue - (uint)choice.Next(20);
            RingPage.Initialize<DirectMemory>(page, start);
            var front = new FrontRing<ulong, uint, DirectMemory>(page, length, start);
            var back = new BackRing<ulong, uint, DirectMemory>(page, length);
            Exchange(choice, front, back);
        }
        finally
        {
            NativeMemory.AlignedFree(page);
        }
    }

    private static void Exchange(IChoice choice, FrontRing<ulong, uint, DirectMemory> front, BackRing<ulong, uint, DirectMemory> back)
    {
        ulong requested = 0;
        ulong taken = 0;
        uint answered = 0;
        uint returned = 0;
        for (int step = 0; step < Steps; step++)
        {
            switch (choice.Next(9))
            {
                case 0 when front.TryWrite(requested):
                    requested++;
                    break;
                case 1:
                    front.Push();
                    break;
                case 2 when back.TryRead(out ulong request):
                    Expect.Equal(taken++, request, "request");
                    break;
                case 3 when back.TryWrite(answered):
                    answered++;
                    break;
                case 4:
                    back.Push();
                    break;
                case 5 when front.TryRead(out uint response):
                    Expect.Equal(returned++, response, "response");
                    break;
                case 6:
                    requested = WriteBatch(choice, front, requested);
                    break;
                case 7:
                    (taken, answered) = ServeBatch(choice, back, taken, answered);
                    break;
                case 8:
                    returned = ReadBatch(choice, front, returned);
                    break;
            }

            Expect.That(!front.IsBroken && !back.IsBroken, $"Two honest ends broke: {front.Snapshot()}; {back.Snapshot()}.");
            Expect.Equal(front.Size - (int)((uint)requested - returned), front.FreeSlots, "front's free slots");
            Expect.Equal((int)((uint)taken - answered), back.FreeSlots, "back's free slots");
        }
    }

    private static ulong WriteBatch(IChoice choice, FrontRing<ulong, uint, DirectMemory> front, ulong requested)
    {
        RequestBatch<ulong, uint, DirectMemory> batch = front.BeginRequests();
        for (int i = choice.Next(front.Size + 1); i > 0 && batch.TryWrite(requested); i--)
        {
            requested++;
        }

        front.Push(batch);
        return requested;
    }

    private static (ulong Taken, uint Answered) ServeBatch(IChoice choice, BackRing<ulong, uint, DirectMemory> back, ulong taken, uint answered)
    {
        ServiceBatch<ulong, uint, DirectMemory> batch = back.BeginService();
        for (int i = choice.Next(2 * back.Size); i > 0; i--)
        {
            if (choice.Next(2) == 0 && batch.TryRead(out ulong request))
            {
                Expect.Equal(taken++, request, "request of a batch");
            }
            else if (batch.TryWrite(answered))
            {
                answered++;
            }
        }

        back.Push(batch);
        return (taken, answered);
    }

    private static uint ReadBatch(IChoice choice, FrontRing<ulong, uint, DirectMemory> front, uint returned)
    {
        ResponseBatch<ulong, uint, DirectMemory> batch = front.BeginResponses();
        for (int i = choice.Next(front.Size + 1); i > 0 && batch.TryRead(out uint response); i--)
        {
            Expect.Equal(returned++, response, "response of a batch");
        }

        front.End(batch);
        return returned;
    }
}
