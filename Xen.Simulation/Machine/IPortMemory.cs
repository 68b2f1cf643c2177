namespace Xen.Simulation.Machine;

/// <summary>Where a domain sees which of its ports are pending, and masks them: Xen's half of an event-channel ABI.</summary>
internal interface IPortMemory
{
    /// <summary>Ports from 1 to one less than this can exist.</summary>
    uint PortLimit { get; }

    /// <summary>Makes a port pending. True when an upcall has to tell the domain.</summary>
    bool SetPending(EventChannel channel);

    /// <summary>Takes a port's mask away. True when an upcall has to tell the domain of what had come meanwhile.</summary>
    bool Unmask(EventChannel channel);

    /// <summary>Forgets an event that was not taken.</summary>
    void ClearPending(EventChannel channel);

    bool IsPending(uint port);

    /// <summary>True while the domain has not let go of a closed port: its number is not given away.</summary>
    bool IsBusy(EventChannel channel);
}
