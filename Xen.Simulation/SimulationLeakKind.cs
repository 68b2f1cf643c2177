namespace Xen.Simulation;

/// <summary>What can be left over.</summary>
public enum SimulationLeakKind
{
    /// <summary>An entry of a grant table that lets a peer in.</summary>
    Grant,

    /// <summary>An open event channel.</summary>
    Port,

    /// <summary>A mapped page of another domain.</summary>
    Mapping,
}
