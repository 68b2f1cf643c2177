using System.Runtime.InteropServices;
using Xen.Platform;
using Xen.Simulation;

namespace Xen.Hosts.Tests.Simulation;

public class SimulatedRingTests
{
    private const int Questions = 1000;

    public static TheoryData<ulong> Seeds() => new(1, 2, 3, 4, 5, 6, 7, 8);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Each_request_is_answered_in_order_and_nothing_is_left(ulong seed)
    {
        using var simulation = new Xen.Simulation.Simulation(new SimulationOptions { Seed = seed });
        SimulatedDomain front = simulation.CreateDomain("front"), back = simulation.CreateDomain("back");
        simulation.Run(async () =>
        {
            using var ring = new SimulatedRing<uint, ulong>(front, back);
            Task answering = AnswerAsync(ring.Back);
            Task reading = ReadAsync(ring.Front);
            for (uint number = 0; number < Questions;)
            {
                if (ring.Front.Ring.TryWrite(number))
                {
                    number++;
                    continue;
                }

                ring.Front.Push();
                await Task.Yield();
            }

            ring.Front.Push();
            await reading;
            await answering;
        });
        Assert.Empty(simulation.Leaks());
    }

    [Fact]
    public void A_peer_that_breaks_the_ring_ends_the_reader()
    {
        using var simulation = new Xen.Simulation.Simulation();
        SimulatedDomain front = simulation.CreateDomain("front"), back = simulation.CreateDomain("back");
        simulation.Run(async () =>
        {
            using var ring = new SimulatedRing<uint, ulong>(front, back);
            ValueTask<uint> reading = ring.Back.ReadAsync();
            await Task.Yield();
            Assert.False(reading.IsCompleted);
            MemoryMarshal.Write(ring.Page.Bytes, 0x8000_0000u);
            ring.Front.Bell.Ring();
            XenException broken = await Assert.ThrowsAsync<XenException>(async () => await reading);
            Assert.Equal(XenErrno.EIO, broken.ErrorCode);
            Assert.Contains("the front end broke the protocol", broken.Message, StringComparison.Ordinal);
        });
        Assert.Empty(simulation.Leaks());
    }

    [Fact]
    public void Disposing_ends_a_wait_and_happens_once()
    {
        using var simulation = new Xen.Simulation.Simulation();
        SimulatedDomain front = simulation.CreateDomain("front"), back = simulation.CreateDomain("back");
        simulation.Run(async () =>
        {
            var ring = new SimulatedRing<uint, ulong>(front, back);
            ValueTask<ulong> reading = ring.Front.ReadAsync();
            await Task.Yield();
            ring.Dispose();
            ring.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await reading);
        });
        Assert.Empty(simulation.Leaks());
    }

    private static async Task AnswerAsync(SimulatedRingBack<uint, ulong> back)
    {
        for (int i = 0; i < Questions; i++)
        {
            ulong number = await back.ReadAsync();
            Assert.True(back.Ring.TryWrite(number * number));
            back.Push();
        }
    }

    private static async Task ReadAsync(SimulatedRingFront<uint, ulong> front)
    {
        for (ulong number = 0; number < Questions; number++)
        {
            Assert.Equal(number * number, await front.ReadAsync());
        }
    }
}
