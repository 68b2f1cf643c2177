namespace Xen.Events;

/// <summary>The shared memory of event channels: which ports are pending, which are masked. 2-level or FIFO.</summary>
internal interface IEventAbi
{
    /// <summary>Which of the two.</summary>
    EventAbi Kind { get; }

    /// <summary>Ports from 1 to one less than this can exist.</summary>
    uint PortLimit { get; }

    /// <summary>A port has come to be: makes room for it and keeps it masked.</summary>
    /// <exception cref="Xen.Platform.XenException">There is no room.</exception>
    void Prepare(uint port);

    /// <summary>Keeps events of the port from being delivered; they stay pending.</summary>
    void Mask(uint port);

    /// <summary>Lets events through; one that is pending is delivered.</summary>
    void Unmask(uint port);

    /// <summary>Takes every event that can be delivered: masks its port, clears it, and says so. Bounded.</summary>
    void Scan(IEventSink sink);
}
