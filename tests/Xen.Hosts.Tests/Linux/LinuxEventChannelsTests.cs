using Xen.Events;
using Xen.Linux;
using Xen.Platform;

namespace Xen.Hosts.Tests.Linux;

public class LinuxEventChannelsTests
{
    private static readonly DomainId Peer = new(3);

    [Fact]
    public void An_event_before_the_wait_ends_it_at_once() => Run(async (device, events) =>
    {
        EventPort port = events.AllocateUnbound(Peer);
        device.Raise(port.Value);
        uint seen = await events.WaitAsync(port, 0);
        Assert.Equal(1u, seen);
        Assert.Equal(1u, await events.WaitAsync(port, 0));
        Assert.Empty(device.WrittenBack);
    });

    [Fact]
    public void A_port_is_written_back_once_for_each_completed_event() => Run(async (device, events) =>
    {
        EventPort port = events.BindInterdomain(Peer, 5);
        events.Complete(port, spurious: false);
        Assert.Empty(device.WrittenBack);
        for (uint i = 1; i <= 100; i++)
        {
            device.Raise(port.Value);
            device.Raise(port.Value);
            Assert.Equal((2 * i) - 1, await events.WaitAsync(port, (2 * i) - 2));
            events.Complete(port, spurious: false);
            Assert.Equal(2 * i, await events.WaitAsync(port, (2 * i) - 1));
            events.Complete(port, spurious: false);
            events.Complete(port, spurious: false);
        }

        Assert.Equal(200, device.WrittenBack.Count);
    });

    // R9, XSA-331: a peer that never stops sending events without work is heard ever more seldom.
    [Fact]
    public void A_storm_of_spurious_events_is_heard_ever_more_seldom()
    {
        var time = new ManualTime();
        Run(time, async (device, events) =>
        {
            EventPort port = events.AllocateUnbound(Peer);
            device.Raise(port.Value);
            var delays = new List<int>();
            for (uint seen = 0; seen < 13; seen++)
            {
                Assert.Equal(seen + 1, await events.WaitAsync(port, seen));
                device.Raise(port.Value);
                events.Complete(port, spurious: true);
                int delay = 0;
                for (; device.WrittenBack.Count == seen; delay++)
                {
                    time.Advance(TimeSpan.FromMilliseconds(1));
                    await Task.Yield();
                }

                delays.Add(delay);
            }

            Assert.Equal([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000, 1000], delays);
        });
    }

    [Fact]
    public void Work_ends_the_back_off()
    {
        var time = new ManualTime();
        Run(time, async (device, events) =>
        {
            EventPort port = events.AllocateUnbound(Peer);
            uint seen = 0;
            for (int i = 0; i < 6; i++)
            {
                device.Raise(port.Value);
                seen = await events.WaitAsync(port, seen);
                events.Complete(port, spurious: true);
                time.Advance(TimeSpan.FromSeconds(2));
            }

            device.Raise(port.Value);
            seen = await events.WaitAsync(port, seen);
            int before = device.WrittenBack.Count;
            events.Complete(port, spurious: true);
            events.Complete(port, spurious: false);
            Assert.Equal(before, device.WrittenBack.Count);
            time.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
            Assert.Equal(before + 1, device.WrittenBack.Count);
            foreach (bool spurious in new[] { false, true })
            {
                device.Raise(port.Value);
                seen = await events.WaitAsync(port, seen);
                events.Complete(port, spurious);
            }

            Assert.Equal(before + 3, device.WrittenBack.Count);
        });
    }

    [Fact]
    public void After_an_overflow_every_port_has_fired_and_works_again() => Run(async (device, events) =>
    {
        EventPort[] ports = [events.AllocateUnbound(Peer), events.AllocateUnbound(Peer), events.AllocateUnbound(Peer)];
        device.Raise(ports[1].Value);
        Assert.Equal(1u, await events.WaitAsync(ports[1], 0));
        device.HasOverflowed = true;
        device.Report();
        uint[] seen = await Task.WhenAll(
            events.WaitAsync(ports[0], 0).AsTask(), events.WaitAsync(ports[1], 1).AsTask(), events.WaitAsync(ports[2], 0).AsTask());
        Assert.Equal([1u, 2u, 1u], seen);
        Assert.Equal(1, device.ResetCount);
        Assert.Equal(1, events.OverflowCount);
        foreach (EventPort port in ports)
        {
            events.Complete(port, spurious: false);
            device.Raise(port.Value);
        }

        Assert.Equal(2u, await events.WaitAsync(ports[0], 1));
        Assert.Equal(3u, await events.WaitAsync(ports[1], 2));
    });

    [Fact]
    public void Closing_ends_the_wait_and_closing_again_does_nothing() => Run(async (device, events) =>
    {
        EventPort port = events.AllocateUnbound(Peer);
        Task<uint> wait = events.WaitAsync(port, 0).AsTask();
        events.Close(port);
        ObjectDisposedException closed = await Assert.ThrowsAsync<ObjectDisposedException>(() => wait);
        Assert.Contains(port.ToString(), closed.Message, StringComparison.Ordinal);
        events.Close(port);
        events.Complete(port, spurious: false);
        Assert.Equal(0, device.BoundCount);
        Assert.Equal(EventStatus.Closed, events.Notify(port));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await events.WaitAsync(port, 0));
    });

    // A driver closes its port when the connection ends and once more when it is disposed; Xen may have given the number away in between.
    [Fact]
    public void A_closed_port_leaves_the_next_one_of_its_number_alone() => Run(async (device, events) =>
    {
        EventPort old = events.AllocateUnbound(Peer);
        events.Close(old);
        EventPort port = events.BindInterdomain(Peer, 5);
        Assert.Equal(old.Value, port.Value);
        Assert.NotEqual(old, port);
        Task<uint> wait = events.WaitAsync(port, 0).AsTask();
        events.Close(old);
        Assert.False(wait.IsCompleted);
        Assert.Equal(EventStatus.Ok, events.Notify(port));
        Assert.Equal(EventStatus.Closed, events.Notify(old));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await events.WaitAsync(old, 0));
        device.Raise(port.Value);
        Assert.Equal(1u, await wait);
        events.Complete(old, spurious: false);
        Assert.Empty(device.WrittenBack);
        events.Complete(port, spurious: false);
        Assert.Equal([port.Value], device.WrittenBack);
        Assert.Equal(1, device.BoundCount);
    });

    [Fact]
    public void A_late_event_of_a_closed_port_is_dropped() => Run(async (device, events) =>
    {
        EventPort gone = events.AllocateUnbound(Peer);
        EventPort port = events.AllocateUnbound(Peer);
        events.Close(gone);
        device.Report(gone.Value, 100_000);
        device.Raise(port.Value);
        Assert.Equal(1u, await events.WaitAsync(port, 0));
    });

    [Fact]
    public void A_port_closed_during_its_back_off_is_not_written_back()
    {
        var time = new ManualTime();
        Run(time, async (device, events) =>
        {
            EventPort port = events.AllocateUnbound(Peer);
            uint seen = 0;
            for (int i = 0; i < 2; i++)
            {
                device.Raise(port.Value);
                seen = await events.WaitAsync(port, seen);
                events.Complete(port, spurious: true);
            }

            Assert.Single(device.WrittenBack);
            events.Close(port);
            time.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
            Assert.Single(device.WrittenBack);
        });
    }

    [Fact]
    public void A_port_of_another_epoch_is_stale() => Run((_, events) =>
    {
        EventPort port = events.AllocateUnbound(Peer);
        var stale = new EventPort(port.Value, port.Epoch + 1);
        Assert.Equal(EventStatus.Stale, events.Notify(stale));
        Assert.Equal(EventStatus.Ok, events.Notify(port));
        events.Close(stale);
        Assert.Equal(EventStatus.Ok, events.Notify(port));
        return Task.CompletedTask;
    });

    [Fact]
    public void A_device_that_fails_fails_the_waits() => Run(async (device, events) =>
    {
        EventPort port = events.AllocateUnbound(Peer);
        Task<uint> wait = events.WaitAsync(port, 0).AsTask();
        device.ReadError = (int)XenErrno.EIO;
        device.Report();
        XenException failure = await Assert.ThrowsAsync<XenException>(() => wait);
        Assert.Equal(XenErrno.EIO, failure.ErrorCode);
        Assert.Contains(device.Path, failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<XenException>(async () => await events.WaitAsync(port, 0));
    });

    [Fact]
    public void A_refused_bind_says_what_was_bound_and_what_was_expected() => Run((_, events) =>
    {
        XenException port = Assert.Throws<XenException>(() => events.BindInterdomain(Peer, 999));
        Assert.Contains("dom3, port 999", port.Message, StringComparison.Ordinal);
        Assert.Contains("expected a port", port.Message, StringComparison.Ordinal);
        XenException domain = Assert.Throws<XenException>(() => events.AllocateUnbound(new DomainId(99)));
        Assert.Contains("dom99", domain.Message, StringComparison.Ordinal);
        Assert.Contains("running domain", domain.Message, StringComparison.Ordinal);
        return Task.CompletedTask;
    });

    [Fact]
    public void Disposing_closes_every_port_and_the_device()
    {
        var device = new FakeEvtchn();
        Guest.Run(async (queue, poller) =>
        {
            var events = new LinuxEventChannels(device, queue, poller);
            EventPort port = events.AllocateUnbound(Peer);
            events.BindInterdomain(Peer, 1);
            Task<uint> wait = events.WaitAsync(port, 0).AsTask();
            events.Dispose();
            events.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => wait);
        });
        Assert.Equal(0, device.BoundCount);
        Assert.True(device.Descriptor.IsClosed);
    }

    private static void Run(Func<FakeEvtchn, LinuxEventChannels, Task> body) => Run(TimeProvider.System, body);

    private static void Run(TimeProvider time, Func<FakeEvtchn, LinuxEventChannels, Task> body)
    {
        var queue = new GuestRunQueue(time);
        using var poller = new LinuxPoller();
        queue.Run(async () =>
        {
            var device = new FakeEvtchn();
            using var events = new LinuxEventChannels(device, queue, poller);
            await body(device, events).WaitAsync(TimeSpan.FromSeconds(10));
        });
    }
}
