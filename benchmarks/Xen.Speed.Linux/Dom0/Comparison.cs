using System.Globalization;
using Xen.Speed.Generator;
using Xen.Speed.Native;

namespace Xen.Speed.Dom0;

/// <summary>
/// Two guests by turns: every round does every line with both, and the other one is paused meanwhile. The first round warms up and does not
/// count.
/// </summary>
internal static class Comparison
{
    private const int FrameCount = 10_000;
    private const int SmallBlock = 4096;
    private const int LargeBlock = 1 << 20;

    public static int Run(string what, int rounds, string[] guestTexts)
    {
        GuestUnderTest[] guests = [.. guestTexts.Select(GuestUnderTest.Parse)];
        var control = new DomainControl();
        var orders = new Orders();
        IWork[] lines = what == "net" ? Network(orders, control) : Block(orders, control);
        var table = new Table(guests);
        foreach (GuestUnderTest guest in guests)
        {
            orders.Do(guest, "count");
            control.Pause(guest.Domain);
        }

        for (int round = 0; round <= rounds; round++)
        {
            foreach (IWork line in lines)
            {
                RunLine(control, line, guests, round, table);
            }
        }

        table.Print();
        foreach (GuestUnderTest guest in guests)
        {
            control.Unpause(guest.Domain);
            Console.WriteLine($"SPEED {guest.Name}: {orders.Do(guest, "describe")}");
        }

        return 0;
    }

    private static void RunLine(DomainControl control, IWork line, GuestUnderTest[] guests, int round, Table table)
    {
        for (int turn = 0; turn < guests.Length; turn++)
        {
            int index = (turn + round) % guests.Length;
            GuestUnderTest guest = guests[index];
            control.Unpause(guest.Domain);
            Measure[] measures = [.. line.Run(guest)];
            control.Pause(guest.Domain);
            string numbers = string.Join(", ", measures.Select(static m => string.Create(CultureInfo.InvariantCulture, $"{m.Name} {m.Value:F3}")));
            Console.WriteLine($"SPEED {round} {guest.Name}: {line.Name}: {numbers}");
            foreach (Measure measure in measures.Where(_ => round > 0))
            {
                table.Add(index, line.Name, measure);
            }
        }
    }

    private static IWork[] Network(Orders orders, DomainControl control)
    {
        var sink = new DatagramSocket(new SocketAddress(Plan.Dom0, Plan.SinkPort));
        var sender = new DatagramSocket(new SocketAddress(Plan.Dom0, 0));
        return
        [
            new SendWork(orders, control, sink, 64, FrameCount),
            new SendWork(orders, control, sink, 1400, FrameCount),
            new ReceiveWork(orders, control, sender, 64, FrameCount),
            new ReceiveWork(orders, control, sender, 1400, FrameCount),
        ];
    }

    private static IWork[] Block(Orders orders, DomainControl control) =>
    [
        new BlockWork(orders, control, "read", SmallBlock, 1, 256),
        new BlockWork(orders, control, "write", SmallBlock, 1, 256),
        new BlockWork(orders, control, "read", SmallBlock, 32, 2048),
        new BlockWork(orders, control, "write", SmallBlock, 32, 2048),
        new BlockWork(orders, control, "read", LargeBlock, 1, 32),
        new BlockWork(orders, control, "write", LargeBlock, 1, 32),
    ];
}
