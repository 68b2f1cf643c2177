using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xen.Events;
using Xen.Grants;
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

    // What is used up before the ring is made: its page is granted by then, then mapped, then one port is open.
    [Theory]
    [InlineData("memory of the back end")]
    [InlineData("ports of the front end")]
    [InlineData("ports of the back end")]
    public void A_ring_that_cannot_be_made_leaves_nothing(string usedUp)
    {
        using var simulation = new Xen.Simulation.Simulation(new SimulationOptions { PagesPerDomain = 64, EventAbi = EventAbi.TwoLevel });
        SimulatedDomain front = simulation.CreateDomain("front"), back = simulation.CreateDomain("back");
        simulation.Run(() =>
        {
            Action release = usedUp switch
            {
                "memory of the back end" => UseUpFrames(front, back),
                "ports of the front end" => UseUpPorts(front),
                _ => UseUpPorts(back),
            };
            Assert.Equal(XenErrno.ENOSPC, Assert.Throws<XenException>(() => new SimulatedRing<uint, ulong>(front, back)).ErrorCode);
            release();
            Assert.Empty(simulation.Leaks());
            new SimulatedRing<uint, ulong>(front, back).Dispose();
            return Task.CompletedTask;
        });
        Assert.Empty(simulation.Leaks());
    }

    [Fact]
    public void A_ring_whose_slots_do_not_fit_a_page_leaves_nothing()
    {
        using var simulation = new Xen.Simulation.Simulation();
        SimulatedDomain front = simulation.CreateDomain("front"), back = simulation.CreateDomain("back");
        simulation.Run(() =>
        {
            Assert.ThrowsAny<ArgumentException>(() => new SimulatedRing<TooLarge, ulong>(front, back));
            return Task.CompletedTask;
        });
        Assert.Empty(simulation.Leaks());
    }

    // Maps pages until there is no room for more. Released from the last to the first.
    private static Action UseUpFrames(SimulatedDomain front, SimulatedDomain back)
    {
        GrantedPages page = front.Grants.Allocate(back.Id, 1, GrantAccess.ReadWrite);
        var mappings = new Stack<MappedGrants>();
        try
        {
            while (true)
            {
                mappings.Push(back.Grants.Map(front.Id, page.Refs, GrantAccess.ReadWrite));
            }
        }
        catch (XenException full) when (full.ErrorCode == XenErrno.ENOSPC)
        {
            return () =>
            {
                while (mappings.TryPop(out MappedGrants? mapping))
                {
                    mapping.Dispose();
                }

                front.Grants.Revoke(page);
            };
        }
    }

    private static Action UseUpPorts(SimulatedDomain domain)
    {
        var ports = new List<EventPort>();
        try
        {
            while (true)
            {
                ports.Add(domain.Events.AllocateUnbound(domain.Simulation.Dom0.Id));
            }
        }
        catch (XenException full) when (full.ErrorCode == XenErrno.ENOSPC)
        {
            return () => ports.ForEach(domain.Events.Close);
        }
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

    [InlineArray(8192)]
    private struct TooLarge
    {
        private byte _first;
    }
}
