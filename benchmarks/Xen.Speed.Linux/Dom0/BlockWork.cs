using System.Globalization;

namespace Xen.Speed.Dom0;

/// <summary>Blocks of a guest's disk.</summary>
internal sealed class BlockWork(Orders orders, DomainControl control, string verb, int blockBytes, int depth, int count) : IWork
{
    private const double Mebibyte = 1 << 20;
    private const double ReferenceMebibytes = 64;

    public string Name => $"{verb}s of {blockBytes >> 10} KiB, {depth} at a time";

    public IEnumerable<Measure> Run(GuestUnderTest guest)
    {
        TimeSpan processor = control.ProcessorTime(guest.Domain);
        string answer = orders.Do(guest, string.Create(CultureInfo.InvariantCulture, $"{verb} {blockBytes} {depth} {count}"));
        processor = control.ProcessorTime(guest.Domain) - processor;
        double seconds = double.Parse(answer, CultureInfo.InvariantCulture) / 1e6;
        double mebibytes = blockBytes / Mebibyte * count;
        return
        [
            new("MiB per second", mebibytes / seconds),
            new("vCPU seconds per 64 MiB", processor.TotalSeconds * ReferenceMebibytes / mebibytes, IsCost: true),
        ];
    }
}
