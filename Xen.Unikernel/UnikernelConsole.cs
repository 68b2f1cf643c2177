using System.Buffers;
using Microsoft.Extensions.Logging;
using Xen.Console;
using Xen.Events;
using Xen.Platform;

namespace Xen.Unikernel;

/// <summary>
/// Console 0 in the program's hands. What is written to standard output and error meanwhile waits in the layer, and the driver puts it into the ring
/// from there: whatever ends the program, the layer takes the ring back and writes the rest.
/// </summary>
internal sealed class UnikernelConsole : IConsoleKeeper
{
    private readonly UnikernelDriver _driver;

    public UnikernelConsole(
        GuestEventChannels events, GuestRunQueue queue, IGuestLifecycle lifecycle, UnikernelDriver driver, ILoggerFactory loggerFactory)
    {
        _driver = driver;
        Device = new ConsoleDevice("console 0", () => Adopt(events), events, queue, lifecycle, loggerFactory, keeper: this);
        driver.Polled = Device.Poll;
    }

    public ConsoleDevice Device { get; }

    public unsafe ReadOnlySpan<byte> Waiting
    {
        get
        {
            byte* text;
            ulong count = Layer.ConsoleWaiting(&text);
            return new ReadOnlySpan<byte>(text, (int)count);
        }
    }

    public void Advance(int count) => Layer.ConsoleAdvance((ulong)count);

    public unsafe void TakeBack(ReadOnlySequence<byte> begun, ReadOnlySequence<byte> rest)
    {
        _driver.Polled = null;
        byte[] first = begun.ToArray();
        byte[] last = rest.ToArray();
        fixed (byte* firstBytes = first, lastBytes = last)
        {
            Layer.ConsoleDetach(firstBytes, (ulong)first.Length, lastBytes, (ulong)last.Length);
        }
    }

    public async ValueTask CloseAsync(TimeSpan deadline)
    {
        await Device.DrainAsync(deadline);
        await Device.DisposeAsync();
    }

    // The layer stops writing before the ring's indices are read.
    private static unsafe ConsoleRing Adopt(GuestEventChannels events)
    {
        LayerInfo info = LayerInfo.Read();
        byte* page = info.ConsoleFrame == 0 ? null : UnikernelHypervisor.ShowFrame(info.ConsoleFrame);
        if (page is null)
        {
            throw new XenException(XenErrno.ENODEV, "open console 0", "the toolstack has given this domain none");
        }

        EventPort port = events.Adopt(info.ConsolePort);
        Layer.ConsoleAttach();
        return new ConsoleRing(page, port);
    }
}
