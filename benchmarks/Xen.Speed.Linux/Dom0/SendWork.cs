using System.Diagnostics;
using System.Globalization;
using Xen.Speed.Native;

namespace Xen.Speed.Dom0;

/// <summary>Frames out of a guest: handed to its driver, taken by the back end, received by a socket here.</summary>
internal sealed class SendWork(Orders orders, DomainControl control, DatagramSocket sink, int frameBytes, int count) : IWork
{
    // A look at the back end's counter costs more than a frame.
    private const int LookEvery = 64;
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);

    private int _received;
    private long _lastReceived;
    private long _accepted;
    private string? _answer;

    public string Name => $"frames of {frameBytes} bytes out";

    public IEnumerable<Measure> Run(GuestUnderTest guest)
    {
        Drain();
        TimeSpan processor = control.ProcessorTime(guest.Domain);
        long before = guest.AcceptedFrames();
        long start = Stopwatch.GetTimestamp();
        orders.Give(guest, string.Create(CultureInfo.InvariantCulture, $"send {frameBytes} {count}"));
        Watch(guest, before + count);
        processor = control.ProcessorTime(guest.Domain) - processor;
        return
        [
            new("sent per second", count / double.Parse(_answer!, CultureInfo.InvariantCulture) * 1e6),
            new("accepted per second", count / Stopwatch.GetElapsedTime(start, _accepted).TotalSeconds),
            new("received per second", _received / Stopwatch.GetElapsedTime(start, _lastReceived).TotalSeconds),
            new("received, percent", 100.0 * _received / count),
            new("vCPU seconds per 10,000", processor.TotalSeconds * 10_000 / count, IsCost: true),
        ];
    }

    private void Drain()
    {
        while (sink.TryReceive() > 0)
        {
        }

        _received = 0;
        _accepted = _lastReceived = 0;
        _answer = null;
    }

    // Until the agent has answered, the back end has taken all, and nothing more comes.
    private void Watch(GuestUnderTest guest, long acceptedAtEnd)
    {
        int sinceLook = 0;
        bool isQuiet = false;
        while (_answer is null || _accepted == 0 || (_received < count && !isQuiet))
        {
            int came = sink.Receive(Quiet);
            isQuiet = came == 0;
            _received += came;
            _lastReceived = came > 0 ? Stopwatch.GetTimestamp() : _lastReceived;
            sinceLook += came;
            if (!isQuiet && sinceLook < LookEvery && _received < count)
            {
                continue;
            }

            sinceLook = 0;
            if (_accepted == 0 && guest.AcceptedFrames() >= acceptedAtEnd)
            {
                _accepted = Stopwatch.GetTimestamp();
            }

            _answer ??= orders.TryTakeAnswer(TimeSpan.Zero);
        }
    }
}
