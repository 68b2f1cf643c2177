using System.Runtime.InteropServices;
using Xen.Platform;

namespace Xen.Linux;

/// <summary>
/// The one thread of this host: it waits for descriptors and brings what they say to the guest's scheduler. No driver and no
/// application code runs on it.
/// </summary>
public sealed unsafe class LinuxPoller : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<PollEntry> _entries = [];
    private readonly DescriptorHandle _wake;
    private readonly Thread _thread;
    private bool _isStopped;

    // The poll thread's own.
    private Libc.PollDescriptor[] _descriptors = new Libc.PollDescriptor[8];
    private PollEntry[] _polled = new PollEntry[8];

    /// <summary>Starts the thread.</summary>
    /// <exception cref="XenException">The process has no descriptor left (<see cref="XenErrno.EMFILE"/>).</exception>
    public LinuxPoller()
    {
        int wake = Libc.EventDescriptor(0, Libc.NonBlocking | Libc.CloseOnExec);
        if (wake < 0)
        {
            throw LinuxErrors.Failed("eventfd for the poll thread", Marshal.GetLastPInvokeError());
        }

        _wake = new DescriptorHandle(wake);
        _thread = new Thread(Run) { IsBackground = true, Name = "xen-poll" };
        _thread.Start();
    }

    /// <summary>Stops the thread and lets go of every descriptor. Idempotent. Not for the poll thread itself.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            _isStopped = true;
        }

        Wake();
        _thread.Join();
        foreach (PollEntry entry in _entries)
        {
            entry.Descriptor.DangerousRelease();
        }

        _entries.Clear();
        _wake.Dispose();
    }

    /// <summary>Begins to watch; nothing is waited for until <see cref="Arm"/>. The descriptor stays open at least until the poll thread has let go of it.</summary>
    internal void Register(PollEntry entry)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isStopped, this);
            bool added = false;
            entry.Descriptor.DangerousAddRef(ref added);
            _entries.Add(entry);
        }
    }

    /// <summary>Waits once for <paramref name="events"/>, beside those that are waited for already. Errors and hang-ups are reported too.</summary>
    internal void Arm(PollEntry entry, short events)
    {
        lock (_gate)
        {
            if (_isStopped || entry.IsRemoved || (entry.Interest & events) == events)
            {
                return;
            }

            entry.Interest |= events;
            if (Thread.CurrentThread == _thread)
            {
                return;
            }

            Wake();
        }
    }

    /// <summary>Ends the watch. <see cref="PollEntry.OnReady"/> may be under way on the poll thread for a last time.</summary>
    internal void Unregister(PollEntry entry)
    {
        lock (_gate)
        {
            if (_isStopped || entry.IsRemoved)
            {
                return;
            }

            entry.IsRemoved = true;
            Wake();
        }
    }

    private void Run()
    {
        while (Prepare(out int count))
        {
            Poll(count);
            for (int i = 1; i < count; i++)
            {
                Dispatch(_polled[i], _descriptors[i].Returned);
            }
        }
    }

    private bool Prepare(out int count)
    {
        lock (_gate)
        {
            Forget();
            EnsureRoom(_entries.Count + 1);
            _descriptors[0] = new Libc.PollDescriptor { Descriptor = (int)_wake.DangerousGetHandle(), Events = Libc.PollIn };
            count = 1;
            foreach (PollEntry entry in _entries)
            {
                if (entry.Interest == 0)
                {
                    continue;
                }

                _polled[count] = entry;
                _descriptors[count] = new Libc.PollDescriptor
                {
                    Descriptor = (int)entry.Descriptor.DangerousGetHandle(),
                    Events = entry.Interest,
                };
                count++;
            }

            return !_isStopped;
        }
    }

    private void Forget()
    {
        for (int i = _entries.Count - 1; i >= 0; i--)
        {
            if (_entries[i].IsRemoved)
            {
                _entries[i].Descriptor.DangerousRelease();
                _entries.RemoveAt(i);
            }
        }
    }

    private void EnsureRoom(int count)
    {
        if (count > _polled.Length)
        {
            _polled = new PollEntry[count * 2];
            _descriptors = new Libc.PollDescriptor[count * 2];
        }
    }

    private void Poll(int count)
    {
        fixed (Libc.PollDescriptor* descriptors = _descriptors)
        {
            int ready = Libc.Poll(descriptors, (nuint)count, -1);
            if (ready < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error != LinuxErrors.Interrupted)
                {
                    // Nothing of this guest could ever wake again: the process must not look alive.
                    throw LinuxErrors.Failed($"poll of {count} descriptors", error);
                }

                new Span<Libc.PollDescriptor>(descriptors, count).Clear();
            }

            if (descriptors[0].Returned != 0)
            {
                ulong counter;
                _ = Libc.Read(_wake, &counter, sizeof(ulong));
            }
        }
    }

    private void Dispatch(PollEntry entry, short returned)
    {
        if (returned == 0)
        {
            return;
        }

        lock (_gate)
        {
            if (entry.IsRemoved)
            {
                return;
            }

            bool isError = (returned & (Libc.PollError | Libc.PollHangUp | Libc.PollInvalid)) != 0;
            entry.Interest = isError ? (short)0 : (short)(entry.Interest & ~returned);
        }

        entry.OnReady(returned);
    }

    private void Wake()
    {
        ulong one = 1;
        _ = Libc.Write(_wake, &one, sizeof(ulong));
    }
}
