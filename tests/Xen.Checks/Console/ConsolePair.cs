using System.IO.Pipelines;
using Microsoft.Extensions.Logging.Abstractions;
using Xen.Console;
using Xen.Events;
using Xen.Platform;
using Xen.Rings;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Console;

/// <summary>
/// A page of a guest that another owner has used before, with indices near the end of their range, and both ends of its channel. When a
/// check is over nothing may be left (R8).
/// </summary>
internal sealed class ConsolePair
{
    private readonly IChoice _choice;
    private readonly unsafe byte* _page;
    private readonly EventPort _guestPort;
    private readonly EventPort _dom0Port;

    private unsafe ConsolePair(Xen.Simulation.Simulation simulation, IChoice choice)
    {
        _choice = choice;
        Dom0 = simulation.Dom0;
        Guest = simulation.CreateDomain("guest");
        _page = Guest.Hypervisor.AllocateFrames(1);
        uint first = 0u - (uint)choice.Next(5000);
        *Index(XenconsInterface.InCons) = *Index(XenconsInterface.InProd) = first;
        *Index(XenconsInterface.OutCons) = *Index(XenconsInterface.OutProd) = first / 2;
        _guestPort = Guest.Events.AllocateUnbound(DomainId.Zero);
        _dom0Port = Dom0.Events.BindInterdomain(Guest.Id, _guestPort.Value);
    }

    public SimulatedDomain Guest { get; }

    public SimulatedDomain Dom0 { get; }

    public TimeProvider Time => Guest.Scheduler.TimeProvider;

    /// <summary>Runs a check on the guest's scheduler and looks for what it left.</summary>
    public static void Run(IChoice choice, Func<ConsolePair, Task> main) =>
        SimulationRun.Run(new SimulationOptions { Choice = choice, PagesPerDomain = 64 }, async simulation =>
        {
            var pair = new ConsolePair(simulation, choice);
            await pair.Guest.RunAsync(() => main(pair));
            pair.Close();
            Expect.Equal(0, simulation.Leaks().Count, "ports, grants and mappings left, as Xen sees it");
            Expect.Equal(0, pair.Guest.Events.OpenCount + pair.Dom0.Events.OpenCount, "ports left, as the guests see it");
        });

    public unsafe ConsoleDevice NewFront(ConsoleOptions? options = null, IConsoleKeeper? keeper = null) => new(
        "console 0", () => new ConsoleRing(_page, _guestPort), Guest.Events, Guest.Scheduler, Guest.Lifecycle, NullLoggerFactory.Instance, options, keeper);

    public unsafe ConsoleBackend NewBack() =>
        new("daemon", new ConsoleRing(_page, _dom0Port), Dom0.Events, Dom0.Scheduler, NullLoggerFactory.Instance);

    /// <summary>Moves an index of the page, as a peer does that is not bound by anything.</summary>
    public unsafe void Move(int index, uint by) => *Index(index) += by;

    public void RingGuest() => Dom0.Events.Notify(_dom0Port);

    /// <summary>Bytes that a reader can tell apart, in pieces of any size.</summary>
    public async Task WriteAsync(PipeWriter output, int from, int to)
    {
        for (int done = from; done < to;)
        {
            byte[] part = Pattern(done, Math.Min(to - done, 1 + _choice.Next(5000)));
            await output.WriteAsync(part);
            done += part.Length;
        }
    }

    public static byte[] Pattern(int from, int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)((from + i) % 251);
        }

        return bytes;
    }

    public async Task ReadAsync(PipeReader input, int length)
    {
        for (int done = 0; done < length;)
        {
            ReadResult read = await input.ReadAsync();
            int count = 0;
            foreach (ReadOnlyMemory<byte> part in read.Buffer)
            {
                foreach (byte value in part.ToArray())
                {
                    Expect.Equal((byte)((done + count++) % 251), value, $"byte {done + count - 1}");
                }
            }

            done += count;
            input.AdvanceTo(read.Buffer.End);
            Expect.That(done == length || !read.IsCompleted, $"The console ended after {done} of {length} bytes.");
            if (_choice.Next(4) == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(_choice.Next(20)), Time);
            }
        }
    }

    private unsafe void Close()
    {
        Guest.Events.Close(_guestPort);
        Dom0.Events.Close(_dom0Port);
        Guest.Hypervisor.FreeFrames(_page, 1);
    }

    private unsafe uint* Index(int offset) => (uint*)(_page + offset);
}
