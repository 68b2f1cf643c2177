using System.Globalization;
using Xen.Speed.Generator;
using Xen.Speed.Native;

namespace Xen.Speed.Dom0;

/// <summary>Frames into a guest, as many as come to its program.</summary>
internal sealed class ReceiveWork(Orders orders, DomainControl control, DatagramSocket sender, int frameBytes, int count) : IWork
{
    public string Name => $"frames of {frameBytes} bytes in";

    public IEnumerable<Measure> Run(GuestUnderTest guest)
    {
        orders.Do(guest, "count");
        TimeSpan processor = control.ProcessorTime(guest.Domain);
        sender.SendBurst(new SocketAddress(guest.Address, Plan.AgentPort), frameBytes - Plan.HeaderBytes, count);
        string[] answer = orders.Do(guest, "received").Split(' ');
        processor = control.ProcessorTime(guest.Domain) - processor;
        double delivered = Number(answer[0]);
        return
        [
            new("delivered per second", Number(answer[1]) / Number(answer[2]) * 1e6),
            new("delivered, percent", 100 * delivered / count),
            new("vCPU seconds per 10,000", processor.TotalSeconds * 10_000 / delivered, IsCost: true),
        ];
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
