using System.Net;
using Xen.Devices.Packets;
using Xen.Netback;
using Xen.Netfront;
using Xen.Simulation;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Net;

/// <summary>A simulation with one guest and one network interface; ends with a look for what was left over (R8).</summary>
public sealed class NetBench : IDisposable
{
    public static readonly IPAddress GuestAddress = new([10, 0, 0, 1]);
    public static readonly IPAddress PeerAddress = new([10, 0, 0, 2]);

    private CancellationTokenSource _stopServing = new();
    private Task<XenbusEnd>? _serving;

    public NetBench(ulong seed, SimulationOptions? options = null)
        : this((options ?? new SimulationOptions()) with { Seed = seed })
    {
    }

    public NetBench(IChoice choice)
        : this(new SimulationOptions { Choice = choice })
    {
    }

    private NetBench(SimulationOptions options)
    {
        Simulation = new Simulation.Simulation(options);
        Guest = Simulation.CreateDomain("guest");
    }

    public Simulation.Simulation Simulation { get; }

    public SimulatedDomain Guest { get; }

    /// <summary>What the back end uses instead of domain 0's own, if anything.</summary>
    public XenbusPorts? BackPorts { get; set; }

    public DevicePaths Paths { get; private set; } = null!;

    /// <summary>What serves the interface when nothing else is given, once it does.</summary>
    public LoopbackResponder? Responder { get; private set; }

    /// <summary>The back end's side of the present connection, once there is one.</summary>
    public NetbackDevice? Back { get; private set; }

    public DeviceToolstack Toolstack => new(Simulation.Store, Simulation.TimeProvider);

    /// <summary>Runs a check's program: a deadlock or a crash is a check that does not hold.</summary>
    public static void RunCheck(IChoice choice, Func<NetBench, Task> program) => RunCheck(new SimulationOptions { Choice = choice }, program);

    /// <summary>Runs a check's program in a simulation of a kind.</summary>
    public static void RunCheck(SimulationOptions options, Func<NetBench, Task> program)
    {
        using var bench = new NetBench(options);
        try
        {
            bench.Run(program);
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

    /// <summary>Runs a program as the guest's; the interface exists, nobody serves it yet.</summary>
    public void Run(Func<NetBench, Task> program) => Simulation.Run(async () =>
    {
        Paths = await AddInterfaceAsync(0);
        await Guest.RunAsync(() => program(this));
        await StopServingAsync();
        ExpectNothingLeft();
    });

    /// <summary>Gives the guest an interface.</summary>
    /// <param name="handle">Its number.</param>
    public async Task<DevicePaths> AddInterfaceAsync(uint handle)
    {
        DevicePaths? paths = null;
        await OnDom0Async(async () => paths = await Toolstack.AddAsync(new NetworkDeviceConfiguration { Guest = Guest.Id, Handle = handle, Mac = "00:16:3e:00:00:01" }));
        return paths!;
    }

    /// <summary>Begins to serve the interface from domain 0; again, after <see cref="StopServingAsync"/>.</summary>
    public void Serve(NetbackOptions? options = null, Func<NetbackDevice, CancellationToken, Task>? serve = null)
    {
        _stopServing = new CancellationTokenSource();
        _serving = ServeAsync(options, serve ?? AnswerAsync);
    }

    /// <summary>Ends serving: the back end closes.</summary>
    public async Task StopServingAsync()
    {
        _stopServing.Cancel();
        if (_serving is not null)
        {
            await _serving;
        }
    }

    public async Task<NetfrontDevice> OpenAsync(NetfrontOptions? options = null) =>
        await NetfrontDevice.OpenAsync(Guest.Ports, Paths.Frontend, options, new XenbusTimeouts(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(5)));

    /// <summary>Runs work in domain 0 and brings its exception back.</summary>
    public Task OnDom0Async(Func<Task> work)
    {
        var result = new TaskCompletionSource();
        _ = Simulation.Dom0.RunAsync(async () =>
        {
            try
            {
                await work();
                result.SetResult();
            }
            catch (Exception exception)
            {
                result.SetException(exception);
            }
        });
        return result.Task;
    }

    /// <summary>Runs a bit of work in domain 0.</summary>
    public Task OnDom0Async(Action work) => OnDom0Async(() =>
    {
        work();
        return Task.CompletedTask;
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

    private Task<XenbusEnd> ServeAsync(NetbackOptions? options, Func<NetbackDevice, CancellationToken, Task> serve)
    {
        var result = new TaskCompletionSource<XenbusEnd>();
        _ = Simulation.Dom0.RunAsync(async () =>
        {
            try
            {
                result.SetResult(await NetbackServer.ServeAsync(BackPorts ?? Simulation.Dom0.Ports, Paths.Backend, options, Serving, cancellationToken: _stopServing.Token));
            }
            catch (Exception exception)
            {
                result.SetException(exception);
            }
        });
        return result.Task;

        Task Serving(NetbackDevice device, CancellationToken token)
        {
            Back = device;
            return serve(device, token);
        }
    }

    private Task<Devices.DeviceResult> AnswerAsync(NetbackDevice device, CancellationToken cancellationToken)
    {
        Responder = new LoopbackResponder(device, PeerAddress, 24);
        return Responder.RunAsync(cancellationToken);
    }
}
