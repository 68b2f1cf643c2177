using Xen.Linux;
using Xen.Platform;

namespace Xen.Hosts.Tests.Linux;

/// <summary>A run queue with a poll thread, for one test.</summary>
internal static class Guest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    internal static void Run(Func<GuestRunQueue, LinuxPoller, Task> body)
    {
        var queue = new GuestRunQueue(TimeProvider.System);
        using var poller = new LinuxPoller();
        queue.Run(() => body(queue, poller).WaitAsync(Limit));
    }
}
