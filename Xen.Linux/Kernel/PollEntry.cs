namespace Xen.Linux;

/// <summary>One descriptor that <see cref="LinuxPoller"/> watches, and what to do when it is ready.</summary>
internal abstract class PollEntry
{
    /// <summary>Says what to watch.</summary>
    protected PollEntry(DescriptorHandle descriptor)
    {
        Descriptor = descriptor;
    }

    /// <summary>What is polled.</summary>
    internal DescriptorHandle Descriptor { get; }

    /// <summary>The events that are waited for; 0 while none. The poller's, under its lock.</summary>
    internal short Interest { get; set; }

    /// <summary>True once it is unregistered; the poll thread then forgets it. The poller's, under its lock.</summary>
    internal bool IsRemoved { get; set; }

    /// <summary>
    /// Called on the poll thread; must not wait and must not run code of users. The events that fired are no longer waited for.
    /// </summary>
    /// <param name="events">What <c>poll</c> returned.</param>
    internal abstract void OnReady(short events);
}
