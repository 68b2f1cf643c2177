using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

/// <summary>Xen's side of one port.</summary>
internal sealed class EventChannel(uint port)
{
    public uint Port { get; } = port;

    public EvtchnState State { get; set; }

    public ushort RemoteDomain { get; set; }

    /// <summary>The other end's port, or the virtual interrupt.</summary>
    public uint RemotePort { get; set; }

    public uint Vcpu { get; set; }
}
