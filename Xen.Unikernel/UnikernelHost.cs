using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Xen.Events;
using Xen.Hosting;
using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Unikernel;

/// <summary>Bare metal: the program is the domain, and its exit is the domain's end. The build of an image registers it.</summary>
public sealed class UnikernelHost : RealTimeHost
{
    private readonly TimeProvider _clock;
    private BootArguments _arguments = BootArguments.Parse(null);
    private UnikernelGuestConsole? _console;

    /// <summary>Makes the host. Only a bare-metal image can run it.</summary>
    public UnikernelHost()
        : this(MakeClock())
    {
    }

    private UnikernelHost(TimeProvider clock)
        : base(clock) => _clock = clock;

    /// <inheritdoc />
    public override string Name => "unikernel";

    /// <inheritdoc />
    public override string OptionsHelp => BootOptions.HelpText;

    /// <summary>The guest's command line without what is the runtime's (which has it already) and what toolstacks write for Linux.</summary>
    /// <param name="args">Not looked at: the line is read where the loader left it, quotes and all.</param>
    /// <exception cref="GuestUsageException">An option is unknown, or its value is not one.</exception>
    public override IReadOnlyList<string> ReadArguments(IReadOnlyList<string> args)
    {
        try
        {
            _arguments = BootArguments.Parse(UnikernelBoot.Read().CommandLine);
            string[] log = _arguments.LogRules is { } rules ? ["--log", rules] : [];
            string[] help = _arguments.IsHelpRequested ? [BootOptions.Help] : [];
            return [.. log, .. help, "--", .. _arguments.Arguments];
        }
        catch (Exception exception) when (exception is FormatException or InvalidDataException)
        {
            throw new GuestUsageException(exception.Message);
        }
    }

    /// <inheritdoc />
    protected override void Open(ILoggerFactory loggerFactory, Func<GuestPorts, Task> life)
    {
        LayerInfo info = LayerInfo.Read();
        if (_clock is not PvClock clock)
        {
            throw new XenException(XenErrno.ENODEV, "start as a guest", "this machine is not Xen's: there is no xenstore, and there are no devices");
        }

        if (_arguments.PassedOver is { Count: > 0 } words)
        {
            Log.PassedOver(loggerFactory.CreateLogger("Xen.Unikernel"), string.Join(' ', words));
        }

        EventAbi eventAbi = _arguments.IsTwoLevelEvents ? EventAbi.TwoLevel : EventAbi.Fifo;
        var hypervisor = new UnikernelHypervisor(info);
        var driver = new UnikernelDriver(hypervisor, clock);
        var queue = new GuestRunQueue(clock, driver);
        queue.Run(() => UnikernelDomain.LiveAsync(hypervisor, driver, queue, loggerFactory, eventAbi, (ports, console) =>
        {
            _console = console;
            return life(ports);
        }));
    }

    /// <inheritdoc />
    protected override ValueTask DrainAsync(GuestPorts ports, TimeSpan deadline) => _console?.CloseAsync(deadline) ?? default;

    /// <inheritdoc />
    protected override void TakeConsoleBack() => _console?.TakeBack();

    /// <inheritdoc />
    protected override int Leave(GuestExit exit)
    {
        ArgumentNullException.ThrowIfNull(exit);
        Layer.Shutdown((uint)(exit.Kind == GuestExitKind.Reboot ? ShutdownReason.Reboot : ShutdownReason.Poweroff));
        return exit.Code;
    }

    /// <inheritdoc />
    [DoesNotReturn]
    protected override void Crash()
    {
        Layer.Shutdown((uint)ShutdownReason.Crash);
        throw new InvalidOperationException("Xen has not ended the domain.");
    }

    private static unsafe TimeProvider MakeClock()
    {
        var shared = (SharedInfo*)Layer.SharedInfo();
#pragma warning disable RS0030 // Without Xen there is no other clock than the layer's, which stands below the system's.
        return shared is null ? TimeProvider.System : new PvClock(new UnikernelProcessor(), shared, &((VcpuInfo*)shared)->Time, scheduler: null, Layer.Wake);
#pragma warning restore RS0030
    }
}
