using Microsoft.Extensions.Logging;
using Xen.Devices;
using Xen.Events;
using Xen.Grants;
using Xen.Platform;
using Xen.Store;

namespace Xen.Hosting;

/// <summary>
/// The running guest, as its main task sees it. What the program opens through it is closed in reverse order when the main task has
/// ended and the exit hooks have run.
/// </summary>
#pragma warning disable CA1001 // Its cancellation sources have neither timer nor link: there is nothing to dispose.
public sealed partial class Guest
#pragma warning restore CA1001
{
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly Func<string, CancellationToken, ValueTask> _claim;
    private readonly IGuestConsole? _console;

    internal Guest(string hostName, GuestPorts ports, IReadOnlyList<string> arguments)
    {
        HostName = hostName;
        Id = ports.Id;
        Ports = ports.Xenbus;
        _claim = ports.ClaimAsync;
        Arguments = arguments;
        Boot = ports.Boot;
        _console = ports.Console;
    }

    /// <summary>The host it runs on: <c>simulation</c>, <c>linux</c>.</summary>
    public string HostName { get; }

    /// <summary>The guest's own domain number.</summary>
    public DomainId Id { get; }

    /// <summary>What the guest was told at its entry: command line, modules, memory map. <see langword="null"/> on Linux, where the kernel was told.</summary>
    public PvhBoot? Boot { get; }

    /// <summary>
    /// The guest's console 0, which <c>xl console</c> shows: bytes in and out. It is taken when this is first asked for, and the host closes it, after
    /// everything else. The log goes through it too: write whole lines in one flush. <see langword="null"/> on Linux, where the process has its own.
    /// </summary>
    /// <exception cref="XenException">There is no console.</exception>
    public IConsole? Console => field ??= _console?.Open();

    /// <summary>The program's own words of the command line.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>The ports, for drivers.</summary>
    public XenbusPorts Ports { get; }

    /// <summary>The guest's xenstore.</summary>
    public XenStoreClient Store => Ports.Store;

    /// <summary>The guest's event channels.</summary>
    public IEventChannels Events => Ports.Events;

    /// <summary>The guest's grant table.</summary>
    public IGrantTable Grants => Ports.Grants;

    /// <summary>The guest's run queue.</summary>
    public IGuestScheduler Scheduler => Ports.Scheduler;

    /// <summary>The guest's time.</summary>
    public TimeProvider TimeProvider => Ports.Scheduler.TimeProvider;

    /// <summary>Where to log.</summary>
    public ILoggerFactory LoggerFactory => Ports.LoggerFactory;

    /// <summary>Hooks around every event dispatch and at the end.</summary>
    public GuestHooks Hooks { get; } = new();

    /// <summary>How the guest ends when the main task does. A program sets it to leave with a code or to reboot.</summary>
    public GuestExit Exit { get; set; } = GuestExit.PowerOff();

    /// <summary>Hands something to the guest, to be closed at the end: the last one first.</summary>
    /// <param name="resource">A device, a connection, a watch. What closes before the end is given to <see cref="CloseAsync(IAsyncDisposable)"/>, or the guest remembers it
    /// until then.</param>
    /// <returns>The same.</returns>
    public T Own<T>(T resource)
        where T : IAsyncDisposable
    {
        ArgumentNullException.ThrowIfNull(resource);
        _owned.Add(resource);
        return resource;
    }

    /// <summary>Closes before the end what the guest owns: a device that was taken away, a connection that is done.</summary>
    /// <param name="resource">What <see cref="Own{T}(T)"/> was given, or anything else. Closed once more it does nothing.</param>
    public ValueTask CloseAsync(IAsyncDisposable resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        _owned.Remove(resource);
        return resource.DisposeAsync();
    }

    /// <summary>Closes what the guest owns, last-in first-out, within one deadline.</summary>
    internal async Task CloseAsync(TimeSpan deadline, ILogger logger)
    {
        using var expired = new CancellationTokenSource(deadline, TimeProvider);
        while (_owned.Count > 0)
        {
            IAsyncDisposable resource = _owned[^1];
            _owned.RemoveAt(_owned.Count - 1);
            await CloseOneAsync(resource, logger, expired.Token);
        }
    }

    private static async Task CloseOneAsync(IAsyncDisposable resource, ILogger logger, CancellationToken expired)
    {
        string name = resource.ToString() ?? resource.GetType().Name;
        try
        {
            await resource.DisposeAsync().AsTask().WaitAsync(expired);
        }
        catch (OperationCanceledException) when (expired.IsCancellationRequested)
        {
            Log.CloseLate(logger, name);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The same policy as for exit hooks: one that fails does not keep the others open.
            Log.CloseFailed(logger, name, exception);
        }
    }
}
