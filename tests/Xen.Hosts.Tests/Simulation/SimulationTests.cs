using Xen.Events;
using Xen.Grants;
using Xen.Simulation;

namespace Xen.Hosts.Tests.Simulation;

public class SimulationTests
{
    [Fact]
    public void Two_domains_share_a_page_and_an_event_channel()
    {
        using var simulation = new Xen.Simulation.Simulation(new SimulationOptions { Seed = 1 });
        SimulatedDomain front = simulation.CreateDomain("front");
        SimulatedDomain back = simulation.CreateDomain("back");
        simulation.Run(async () =>
        {
            GrantedPages page = front.Grants.Allocate(back.Id, 1, GrantAccess.ReadWrite);
            EventPort frontPort = front.Events.AllocateUnbound(back.Id);
            EventPort backPort = back.Events.BindInterdomain(front.Id, frontPort.Value);
            using MappedGrants mapped = back.Grants.Map(front.Id, page.Refs, GrantAccess.ReadWrite);
            page.Bytes[17] = 42;
            Assert.Equal(42, mapped.Bytes[17]);

            Assert.Equal(1u, await back.Events.WaitAsync(backPort, 0));
            back.Events.Complete(backPort, spurious: false);
            Assert.Equal(EventStatus.Ok, front.Events.Notify(frontPort));
            Assert.Equal(2u, await back.Events.WaitAsync(backPort, 1));

            Assert.Equal(RevokeResult.Busy, front.Grants.Revoke(page));
            mapped.Dispose();
            Assert.Equal(1, front.Grants.Capacity.Quarantined);
            await Task.Delay(TimeSpan.FromMilliseconds(2), simulation.TimeProvider);
            Assert.Equal(0, front.Grants.Capacity.InUse);
            front.Events.Close(frontPort);
            back.Events.Close(backPort);
        });
    }

    [Fact]
    public void Pages_that_lie_apart_are_mapped_side_by_side()
    {
        using var simulation = new Xen.Simulation.Simulation();
        SimulatedDomain front = simulation.CreateDomain("front");
        SimulatedDomain back = simulation.CreateDomain("back");
        simulation.Run(() =>
        {
            GrantedPages first = front.Grants.Allocate(back.Id, 3, GrantAccess.ReadWrite);
            GrantRef[] turned = [first.Refs[2], first.Refs[0], first.Refs[1]];
            using MappedGrants mapped = back.Grants.Map(front.Id, turned, GrantAccess.ReadWrite);
            first.Page(2)[0] = 1;
            first.Page(0)[0] = 2;
            first.Page(1)[0] = 3;
            Assert.Equal([1, 2, 3], new[] { mapped.Bytes[0], mapped.Bytes[4096], mapped.Bytes[8192] });
            return Task.CompletedTask;
        });
    }

    [Fact]
    public void A_deadlock_is_reported_with_what_is_waited_for()
    {
        using var simulation = new Xen.Simulation.Simulation();
        SimulatedDomain front = simulation.CreateDomain("front");
        var deadlock = Assert.Throws<SimulationDeadlockException>(() => simulation.Run(async () =>
        {
            EventPort port = front.Events.AllocateUnbound(front.Simulation.Dom0.Id);
            await front.Events.WaitAsync(port, 0);
        }));
        Assert.Contains("front: an event on port 1", deadlock.Message, StringComparison.Ordinal);
    }
}
