using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Xen.Console;
using Xen.Rings;

namespace Xen.Simulation;

/// <summary>
/// Domain 0's end of a domain's console 0: a daemon that keeps what the domain wrote, up to a bound, and types what a test wants. A test can
/// end the daemon, start it again, and break the ring. All members are called in the simulation.
/// </summary>
#pragma warning disable CA1001 // The daemon ends with the domain.
public sealed class SimulatedConsole
#pragma warning restore CA1001
{
    /// <summary>How many bytes are kept; older ones are forgotten.</summary>
    public const int MaxKept = 1024 * 1024;

    private readonly Simulation _simulation;
    private readonly string _name;
    private readonly ArrayBufferWriter<byte> _kept = new();
    private ConsoleRing _ring;
    private ConsoleBackend? _daemon;
    private Task _reading = Task.CompletedTask;

    internal SimulatedConsole(Simulation simulation, string name, ConsoleRing ring)
    {
        _simulation = simulation;
        _name = name;
        _ring = ring;
        Start();
    }

    /// <summary>Is handed what the domain writes, as it is read, in domain 0's turn. What it is handed is only good within the call.</summary>
    public Action<ReadOnlyMemory<byte>>? Received { get; set; }

    /// <summary>What the domain has written: at most the last <see cref="MaxKept"/> bytes.</summary>
    public ReadOnlyMemory<byte> Log => _kept.WrittenMemory;

    /// <summary>The same as text.</summary>
    public string Text => Encoding.UTF8.GetString(Log.Span);

    /// <summary>How many bytes were forgotten.</summary>
    public long ForgottenBytes { get; private set; }

    /// <summary>True while the daemon runs.</summary>
    public bool IsRunning => _daemon is { IsConnected: true };

    /// <summary>True once the domain has broken the ring: the daemon is over.</summary>
    public bool IsBroken => _daemon is { IsBroken: true };

    /// <summary>Types into the domain's console. Waits while the domain does not read.</summary>
    /// <param name="text">What to type.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The daemon does not run.</exception>
    public Task TypeAsync(string text, CancellationToken cancellationToken = default)
    {
        ConsoleBackend daemon = _daemon ?? throw new InvalidOperationException($"The daemon of {_name} does not run: call {nameof(Start)} first.");
        return _simulation.Dom0.RunAsync(async () => await daemon.Output.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken));
    }

    /// <summary>Ends the daemon: nobody reads any more, and nobody hears an event.</summary>
    public async ValueTask StopAsync()
    {
        if (_daemon is { } daemon)
        {
            _daemon = null;
            await daemon.DisposeAsync();
        }
    }

    /// <summary>Starts the daemon where the ring is. One that runs already goes on.</summary>
    public void Start()
    {
        if (_daemon is null)
        {
            SimulatedDomain dom0 = _simulation.Dom0;
            _daemon = new ConsoleBackend(_name, _ring, dom0.Events, dom0.Scheduler, _simulation.Options.LoggerFactory);
            PipeReader input = _daemon.Input;
            Task previous = _reading;
            _reading = dom0.RunAsync(() => ReadAsync(previous, input));
        }
    }

    /// <summary>Moves the daemon's indices, as a broken daemon would, and rings.</summary>
    /// <param name="outCons">Added to how far the daemon has read.</param>
    /// <param name="inProd">Added to how far the daemon has written.</param>
    public unsafe void Corrupt(uint outCons, uint inProd)
    {
        *(uint*)(_ring.Page + XenconsInterface.OutCons) += outCons;
        *(uint*)(_ring.Page + XenconsInterface.InProd) += inProd;
        Notify();
    }

    /// <summary>Raises an event at the domain that brings nothing.</summary>
    public void Notify() => _simulation.Dom0.Events.Notify(_ring.Port);

    /// <summary>The domain has ended, or is restored: the last bytes are read, and the port closes.</summary>
    internal void Close()
    {
        _daemon?.Detach();
        _daemon = null;
        _simulation.Dom0.Events.Close(_ring.Port);
    }

    internal void Restart(ConsoleRing ring)
    {
        _ring = ring;
        Start();
    }

    // What the daemon before has read comes first.
    private async Task ReadAsync(Task previous, PipeReader input)
    {
        await previous;
        ReadResult read;
        do
        {
            read = await input.ReadAsync();
            foreach (ReadOnlyMemory<byte> part in read.Buffer)
            {
                Keep(part.Span);
                Received?.Invoke(part);
            }

            input.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        _kept.Write(bytes);
        if (_kept.WrittenCount <= MaxKept)
        {
            return;
        }

        // Half of it at once, so that a long life does not move the whole log at each line.
        byte[] newest = Log[^(MaxKept / 2)..].ToArray();
        ForgottenBytes += _kept.WrittenCount - newest.Length;
        _kept.Clear();
        _kept.Write(newest);
    }
}
