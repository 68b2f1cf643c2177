using System.Diagnostics;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Unikernel;
using static Xen.UnikernelGuest.CheckRunner;

namespace Xen.UnikernelGuest;

/// <summary>What only Xen does to a guest: upcalls, and the record of the time. Elsewhere there is nothing to check.</summary>
internal static unsafe class UpcallChecks
{
    public static readonly (string, Action)[] All =
    [
        ("upcalls-starve-nobody", StarveNobody),
        ("time-counter-behind", CounterBehind),
    ];

    private const int FloodMilliseconds = 400;

    private static SharedInfo* Shared => (SharedInfo*)Layer.SharedInfo();

    // A thread in a loop sends events to itself. The one that waits for events runs at once each time; the third must have its turns, too.
    private static void StarveNobody()
    {
        if (Shared is null)
        {
            return;
        }

        bool isOver = false;
        int ran = 0;
        uint port = Loop(out uint other);
        var waiting = new Thread(() => Wait(ref isOver));
        waiting.Start();
        using (var beside = new Beside())
        {
            var flooding = new Thread(() => ran = Flood(other, beside));
            flooding.Start();
            flooding.Join();
        }

        Volatile.Write(ref isOver, true);
        Layer.Wake();
        waiting.Join();
        Close(other);
        Close(port);
        System.Console.WriteLine($"upcalls-starve-nobody: {ran} ms for the thread beside, in {FloodMilliseconds} of the one that sends");
        Require(ran >= FloodMilliseconds / 3, $"{FloodMilliseconds / 3} ms for the thread beside in {FloodMilliseconds} of the one that sends, not {ran}");
    }

    private static void Wait(ref bool isOver)
    {
        while (!Volatile.Read(ref isOver))
        {
            Layer.Wait(ulong.MaxValue);
            Layer.TakeUpcall();
            Shared->FirstVcpu.EvtchnPendingSel = 0;
            Shared->EvtchnPending[0] = 0;
        }
    }

    // Both count the milliseconds in which they ran, so that a machine with other work tells nothing else.
    private static int Flood(uint port, Beside beside)
    {
        int before = beside.Milliseconds;
        long last = 0;
        for (int ran = 0; ran < FloodMilliseconds;)
        {
            long now = Environment.TickCount64;
            ran += now != last ? 1 : 0;
            last = now;
            Require(Call(EventChannelOp.Send, &port) == 0, "that the event is sent");
        }

        return beside.Milliseconds - before;
    }

    // A channel of the guest with itself.
    private static uint Loop(out uint other)
    {
        var unbound = new EvtchnAllocUnbound { Dom = DomainId.Self.Value, RemoteDom = DomainId.Self.Value };
        Require(Call(EventChannelOp.AllocUnbound, &unbound) == 0, "a port");
        var bound = new EvtchnBindInterdomain { RemoteDom = DomainId.Self.Value, RemotePort = unbound.Port };
        Require(Call(EventChannelOp.BindInterdomain, &bound) == 0, "its other end");
        other = bound.LocalPort;
        return unbound.Port;
    }

    private static void Close(uint port) => Call(EventChannelOp.Close, &port);

    private static long Call(EventChannelOp operation, void* argument) =>
        Layer.Hypercall((ulong)HypercallNumber.EventChannelOp, (ulong)operation, (ulong)argument, 0, 0, 0);

    // As on a processor whose counter is behind that of the one that wrote the record. No time has passed; not centuries.
    private static void CounterBehind()
    {
        if (Shared is null)
        {
            return;
        }

        VcpuTimeInfo* time = &Shared->FirstVcpu.Time;
        long before = Stopwatch.GetTimestamp();
        ulong stamp = Volatile.Read(ref time->TscTimestamp);
        ulong ahead = Layer.TimestampCounter() + (1UL << 40);
        Volatile.Write(ref time->TscTimestamp, ahead);
        long meanwhile = Stopwatch.GetTimestamp();
        // Xen may have written it meanwhile.
        Interlocked.CompareExchange(ref time->TscTimestamp, stamp, ahead);
        TimeSpan passed = Stopwatch.GetElapsedTime(before, meanwhile);
        Require(passed < TimeSpan.FromSeconds(10), $"a moment, not {passed}");
    }
}
