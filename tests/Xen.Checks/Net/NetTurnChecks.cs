using Xen.Checks.Memory;
using Xen.Netback;
using Xen.Netfront;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Net;

/// <summary>R9: a peer on another processor, which refills a ring as fast as it is emptied, gets turns and never the whole guest.</summary>
public static class NetTurnChecks
{
    private const int RingSlots = 256;
    private const int ReqProd = 0;

    private static readonly NetfrontOptions SmallFront = new() { TransmitPages = 18, ReceivePages = 64, UseSingleEventChannel = true };
    // More than one batch of copies: otherwise a turn ends with the pages.
    private static readonly NetbackOptions SmallBack = new() { TransmitPages = 18, ReceivePages = 128, OfferSplitEventChannels = false };

    /// <summary>Packets that are refused without being handed on are counted, too: a front end that sends nothing else ends its turn.</summary>
    public static unsafe void RefusedPacketsEndTheTurn(IChoice choice)
    {
        using MemoryWatch watch = NetPage.Create(choice, out uint start);
        var back = new NetbackTxProtocol<WatchedMemory>(new(watch.Shared, watch.Length));
        int refills = 0;
        // Answers free slots before they are published: the front end waits for nothing. A slot of zeroes is a packet of no bytes.
        watch.PeerBeforeLoad = offset =>
        {
            if (offset == ReqProd)
            {
                refills++;
                Expect.That(refills <= 2, $"{back.DroppedPackets} refused packets and the turn goes on (R9).");
                DirectMemory.StoreUInt32((uint*)(watch.Shared + ReqProd), start + (uint)(refills * RingSlots));
            }
        };
        int slots = 1 + choice.Next(RingSlots);
        int allowed = slots;
        Expect.That(!back.TryTake(ref slots, out _), "An empty packet was taken.");
        Expect.That(slots <= 0 && back.DroppedPackets == allowed, $"{back.DroppedPackets} packets were refused in a turn of {allowed} slots (R9).");
        Expect.That(!back.Violation.IsViolation, $"An honest index was blamed: {back.Violation}.");
    }

    /// <summary>A front end whose back end answers every page that it offers at once, with errors or with frames that nobody listens to.</summary>
    public static void FrontReceivesInTurns(IChoice choice) => NetBench.RunCheck(choice, async bench =>
    {
        var backend = new HostileBackend(bench.Simulation.Dom0, bench.Guest, bench.Paths, choice);
        var meter = new TurnMeter();
        short status = choice.Next(2) == 0 ? (short)NetifStatus.Error : (short)60;
        bool isFlooding = false;
        var events = new InterceptedEvents(bench.Guest.Events)
        {
            BeforeNotify = () => meter.Add(isFlooding && meter.Total < TurnMeter.Enough ? backend.AnswerEveryPage(status) : 0),
        };
        Task connecting = bench.Simulation.Dom0.RunAsync(backend.ConnectAsync);
        NetfrontDevice device = await NetfrontDevice.OpenAsync(bench.Guest.Ports with { Events = events }, bench.Paths.Frontend, SmallFront);
        await connecting;
        bench.Guest.Scheduler.DispatchObserver = meter;
        isFlooding = true;
        await bench.OnDom0Async(() =>
        {
            backend.AnswerEveryPage(status);
            backend.Notify();
        });
        await ExpectTurnsAsync(bench, meter);
        Expect.That(device.IsConnected, "Answers that came fast were taken for a breach.");
        await bench.Simulation.Dom0.RunAsync(backend.CloseAsync);
        await device.DisposeAsync();
    });

    /// <summary>A back end whose front end sends as many packets as are taken, from pages that are none.</summary>
    public static void BackReceivesInTurns(IChoice choice) => NetBench.RunCheck(choice, async bench =>
    {
        var front = new HostileNetFront(bench, choice);
        var meter = new TurnMeter();
        var grants = new InterceptedGrants(bench.Simulation.Dom0.Grants, copies => meter.Add(meter.Total < TurnMeter.Enough ? front.SendAtOnce(copies) : 0));
        bench.BackPorts = bench.Simulation.Dom0.Ports with { Grants = grants };
        bench.Serve(SmallBack);
        Expect.That(await front.TryConnectAsync(), "A right front end was refused.");
        await bench.OnDom0Async(() => bench.Simulation.Dom0.Scheduler.DispatchObserver = meter);
        front.SendAtOnce(1 + choice.Next(RingSlots / 2));
        front.Notify();
        await ExpectTurnsAsync(bench, meter);
        Expect.That(bench.Back!.IsConnected, "Packets that came fast were taken for a breach.");
        await front.CloseAsync();
    });

    private static async Task ExpectTurnsAsync(NetBench bench, TurnMeter meter)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), bench.Guest.Scheduler.TimeProvider);
        Expect.That(meter.Most <= RingSlots + Netif.MaxSlots, $"One turn took {meter.Most} slots of a ring of {RingSlots} (R9).");
        Expect.That(meter.Total >= TurnMeter.Enough, $"After {meter.Total} slots nobody went on (R10).");
    }
}
