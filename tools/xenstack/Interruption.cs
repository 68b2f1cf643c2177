using System.Runtime.InteropServices;
using Xen.Hosting;

namespace XenStack.Tool;

/// <summary>Ctrl+C and SIGTERM end a verb in good order: its token is cancelled on the guest's scheduler, and the devices close. A second one ends the process.</summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>The exit code of an interrupted program: 128 and the signal's number.</summary>
    public const int ExitCode = 130;

    private readonly Guest _guest;
    private readonly CancellationTokenSource _source = new();
    private readonly IDisposable _hook;
    private readonly PosixSignalRegistration[] _registrations;
    private volatile bool _isRequested;

    public Interruption(Guest guest)
    {
        _guest = guest;
        _hook = guest.Hooks.OnEnter(Check);
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _hook.Dispose();
    }

    // On a thread of the runtime. The simulation in virtual time is never idle and takes no work of another thread; a real guest has to be woken.
    private void Handle(PosixSignalContext context)
    {
        if (_isRequested)
        {
            return;
        }

        context.Cancel = true;
        _isRequested = true;
        if (_guest.HostName == "linux")
        {
            _guest.Scheduler.Schedule(static _ => { }, null);
        }
    }

    private void Check()
    {
        if (_isRequested && !_source.IsCancellationRequested)
        {
            _source.Cancel();
        }
    }
}
