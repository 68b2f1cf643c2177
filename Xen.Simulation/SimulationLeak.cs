using Xen.Platform;

namespace Xen.Simulation;

/// <summary>Something that a domain still holds, as Xen sees it.</summary>
/// <param name="Domain">Whose it is.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Number">The reference, port or handle.</param>
/// <param name="Peer">The other domain.</param>
public readonly record struct SimulationLeak(DomainId Domain, SimulationLeakKind Kind, uint Number, DomainId Peer)
{
    /// <inheritdoc />
    public override string ToString() => Kind switch
    {
        SimulationLeakKind.Grant => $"{Domain} still grants reference {Number} to {Peer}",
        SimulationLeakKind.Mapping => $"{Domain} still maps a page of {Peer} (handle {Number})",
        _ => $"{Domain} still has port {Number}, peer {Peer}",
    };
}
