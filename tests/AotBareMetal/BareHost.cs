using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Xen.Hosting;
using Xen.Platform;
using Xen.Store;

namespace Xen.AotBareMetal;

/// <summary>
/// Stands where a bare-metal host stands: the only one of its image. Its ports lead nowhere and its exits are printed and become the exit code,
/// as what is looked at is which host runs, what it makes of the command line, and how a guest's end reaches it.
/// </summary>
internal sealed class BareHost() : RealTimeHost(TimeProvider.System)
{
    public override string Name => "unikernel";

    public override string OptionsHelp => "  --log RULES     what is logged";

    public override IReadOnlyList<string> ReadArguments(IReadOnlyList<string> args)
    {
        string? unknown = args.FirstOrDefault(word => word.StartsWith("DOTNET_bad", StringComparison.Ordinal));
        return unknown is null
            ? [.. args.Where(word => !word.StartsWith("root=", StringComparison.Ordinal))]
            : throw new GuestUsageException($"'{unknown}' is no parameter of the runtime.");
    }

    protected override void Open(ILoggerFactory loggerFactory, Func<GuestPorts, Task> life)
    {
        var queue = new GuestRunQueue(TimeProvider.System);
        var ports = new XenbusPorts(null!, null!, null!, queue, loggerFactory);
        queue.Run(() => life(new GuestPorts(new DomainId(7), ports, static (_, _) => default)));
    }

    protected override int Leave(GuestExit exit)
    {
        System.Console.WriteLine($"leaves: {exit.Kind}");
        return exit.Code;
    }

    [DoesNotReturn]
    protected override void Crash()
    {
        System.Console.WriteLine("crashes");
        Environment.Exit(GuestExit.CrashCode);
    }
}
