using Xen.Checks.Stepping;
using Xen.Rings;

namespace Xen.Checks.Rings;

/// <summary>
/// A frontend that sends a number of requests and ends when it has every response, and a backend that answers them, as drivers are
/// written: fill, push, notify when told to; drain; final check; unmask; sleep.
/// </summary>
/// <param name="Slots">The size of the ring.</param>
/// <param name="Messages">How many requests.</param>
/// <param name="Start">The index that the ring begins at.</param>
/// <param name="FrontBatch">How many requests the front writes before it pushes.</param>
/// <param name="BackBatch">How many responses the back writes before it pushes.</param>
/// <param name="WakeAt">How many responses the front asks to be woken for.</param>
public sealed unsafe record RingDialogue(int Slots, uint Messages, uint Start, int FrontBatch, int BackBatch, int WakeAt)
{
    private const int FrontCpu = 0;
    private const int BackCpu = 1;

    private int Length => RingPage.HeaderSize + (Slots * sizeof(uint));

    /// <summary>The two on one machine.</summary>
    /// <param name="unfencedOffset">The index after whose store the full fence is left out, if any.</param>
    public SteppingMachine ToMachine(int? unfencedOffset)
    {
        byte* page = stackalloc byte[Length];
        new Span<byte>(page, Length).Clear();
        RingPage.Initialize<DirectMemory>(page, Start);
        return new SteppingMachine(new ReadOnlySpan<byte>(page, Length), unfencedOffset, Front, Back);
    }

    private void Front(SteppingCpu cpu)
    {
        var ring = new FrontRing<uint, uint, SteppingMemory>(cpu.Shared, Length, Start);
        uint sent = 0;
        uint got = 0;
        while (got < Messages)
        {
            // Everything written is pushed and every batch is read to its end or begun anew, so the ring's own indices follow from these.
            cpu.At(sent, got);
            for (int i = 0; i < FrontBatch && sent < Messages && ring.TryWrite(sent); i++)
            {
                sent++;
            }

            if (ring.Push())
            {
                cpu.Notify(BackCpu);
            }

            for (; ring.TryRead(out uint response); got++)
            {
                Expect.Equal(~got, response, "response");
            }

            Expect.That(!ring.IsBroken, $"An honest back broke the front's ring: {ring.Snapshot()}.");
            bool canSend = sent < Messages && ring.FreeSlots > 0;
            if (got < Messages && !canSend && !ring.FinalCheck(WakeAt))
            {
                cpu.Unmask();
                cpu.Wait();
            }
        }
    }

    private void Back(SteppingCpu cpu)
    {
        var ring = new BackRing<uint, uint, SteppingMemory>(cpu.Shared, Length);
        uint taken = 0;
        while (taken < Messages)
        {
            cpu.At(taken);
            for (int left = Math.Min(ring.BeginBatch(), BackBatch); left > 0; left--)
            {
                ring.TryRead(out uint request);
                Expect.Equal(taken++, request, "request");
                ring.TryWrite(~request);
            }

            if (ring.Push())
            {
                cpu.Notify(FrontCpu);
            }

            Expect.That(!ring.IsBroken, $"An honest front broke the back's ring: {ring.Snapshot()}.");
            if (taken < Messages && !ring.FinalCheck())
            {
                cpu.Unmask();
                cpu.Wait();
            }
        }
    }
}
