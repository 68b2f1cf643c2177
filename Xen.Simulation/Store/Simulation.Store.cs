using Xen.Store;

namespace Xen.Simulation;

/// <summary>The host's xenstore.</summary>
public sealed partial class Simulation
{
    /// <summary>The xenstore daemon of the host.</summary>
    public Xenstored Xenstored { get; } = new();

    /// <summary>The control domain's client of the host's xenstore: what a toolstack uses.</summary>
    public XenStoreClient Store => Dom0.Store;
}
