using Xen.Blkback;
using Xen.Blkfront;
using Xen.Grants;
using Xen.Simulation;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Blk;

/// <summary>A simulation with one guest and one disk; ends with a look for what was left over (R8).</summary>
public sealed class BlkBench : IDisposable
{
    public static readonly XenbusTimeouts Timeouts = new(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(5));

    private readonly CancellationTokenSource _stopServing = new();
    private Task<XenbusEnd>? _serving;

    public BlkBench(ulong seed)
        : this(new SimulationOptions { Seed = seed })
    {
    }

    public BlkBench(IChoice choice)
        : this(new SimulationOptions { Choice = choice })
    {
    }

    public BlkBench(SimulationOptions options)
    {
        Simulation = new Simulation.Simulation(options);
        Guest = Simulation.CreateDomain("guest");
    }

    public Simulation.Simulation Simulation { get; }

    public SimulatedDomain Guest { get; }

    public SimulatedDomain Dom0 => Simulation.Dom0;

    public TimeProvider Time => Guest.Scheduler.TimeProvider;

    public DevicePaths Paths { get; private set; } = null!;

    /// <summary>The back end, once it serves.</summary>
    public BlkbackDevice? Back { get; private set; }

    public DeviceToolstack Toolstack => new(Simulation.Store, Simulation.TimeProvider);

    /// <summary>Runs a check's program: a deadlock or a crash is a check that does not hold.</summary>
    public static void RunCheck(IChoice choice, Func<BlkBench, Task> program, bool isReadOnly = false)
    {
        using var bench = new BlkBench(choice);
        try
        {
            bench.Run(program, isReadOnly);
        }
        catch (SimulationDeadlockException deadlock)
        {
            throw new CheckFailedException(deadlock.Message, deadlock);
        }
        catch (GuestCrashedException crash)
        {
            throw new CheckFailedException(crash.ToString(), crash);
        }
    }

    /// <summary>Runs a program as the guest's; the disk exists, nobody serves it yet.</summary>
    public void Run(Func<BlkBench, Task> program, bool isReadOnly = false) => Simulation.Run(async () =>
    {
        Paths = await Toolstack.AddAsync(new BlockDeviceConfiguration { Guest = Guest.Id, VirtualDevice = 51712, Params = "memory", IsReadOnly = isReadOnly });
        GrantCapacity before = Guest.Grants.Capacity;
        await Guest.RunAsync(() => program(this));
        await StopServingAsync();
        ExpectNothingLeft();
        Expect.Equal(before.InUse, Guest.Grants.Capacity.InUse, "grant references in use");
    });

    /// <summary>Begins to serve the disk from domain 0.</summary>
    /// <param name="makeStore">Makes what is served, with domain 0's grants; it is disposed when serving ends.</param>
    /// <param name="options">What to offer.</param>
    public void Serve(Func<IGrantTable, IBlockStore> makeStore, BlkbackOptions? options = null) => _serving = OnDom0Async(async () =>
    {
        using IBlockStore store = makeStore(Dom0.Grants);
        Back = new BlkbackDevice(Dom0.Ports, Paths.Backend, store, options);
        return await Back.ServeAsync(_stopServing.Token);
    });

    /// <summary>Begins to serve a store that stays the caller's.</summary>
    public void ServeBorrowed(IBlockStore store, BlkbackOptions? options = null) => _serving = OnDom0Async(async () =>
    {
        Back = new BlkbackDevice(Dom0.Ports, Paths.Backend, store, options);
        return await Back.ServeAsync(_stopServing.Token);
    });

    /// <summary>Ends serving: the back end closes.</summary>
    public async Task<XenbusEnd?> StopServingAsync()
    {
        _stopServing.Cancel();
        return _serving is null ? null : await _serving;
    }

    /// <summary>Waits for the end of serving that somebody else brings about.</summary>
    public Task<XenbusEnd> Serving => _serving!;

    public ValueTask<BlkfrontDevice> OpenAsync(BlkfrontOptions? options = null) =>
        BlkfrontDevice.OpenAsync(Guest.Ports, Paths.Frontend, (options ?? BlkfrontOptions.Default) with { Timeouts = Timeouts });

    /// <summary>Opens the disk with pages that stay granted, and data that is copied.</summary>
    public ValueTask<BlkfrontDevice> OpenWithStandingGrantsAsync(BlkfrontOptions? options = null) =>
        OpenAsync((options ?? BlkfrontOptions.Default) with { KeepGrants = true });

    /// <summary>Runs work in domain 0 and brings its result or exception back.</summary>
    public Task<T> OnDom0Async<T>(Func<Task<T>> work)
    {
        var result = new TaskCompletionSource<T>();
        _ = Dom0.RunAsync(async () =>
        {
            try
            {
                result.SetResult(await work());
            }
            catch (Exception exception)
            {
                result.SetException(exception);
            }
        });
        return result.Task;
    }

    /// <summary>The same for work that gives nothing. Without this an asynchronous lambda would be an action that nobody waits for.</summary>
    public Task OnDom0Async(Func<Task> work) => OnDom0Async(async () =>
    {
        await work();
        return true;
    });

    /// <summary>Runs a bit of work in domain 0.</summary>
    public Task OnDom0Async(Action work) => OnDom0Async(() =>
    {
        work();
        return Task.FromResult(true);
    });

    /// <summary>Demands that no grant, mapping or port is left over.</summary>
    public void ExpectNothingLeft()
    {
        IReadOnlyList<SimulationLeak> leaks = Simulation.Leaks();
        Expect.That(leaks.Count == 0, $"{leaks.Count} left over: {string.Join("; ", leaks.Take(5))}.");
    }

    public void Dispose()
    {
        Simulation.Dispose();
        _stopServing.Dispose();
    }
}
