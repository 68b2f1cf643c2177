using Xen.Events;
using Xen.Grants;
using Xen.Rings;

namespace Xen.Checks.Net;

/// <summary>A queue as a hostile back end has it: the front end's rings, mapped, and the port of both.</summary>
/// <param name="rings">The transmit ring and the receive ring.</param>
/// <param name="port">The port.</param>
internal sealed unsafe class HostileBackendQueue(MappedGrants rings, EventPort port)
{
    public MappedGrants Rings => rings;

    public EventPort Port => port;

    public BackRing<NetifTxRequest, NetifTxResponse, DirectMemory> Tx { get; } = new(rings.Address, GrantedPages.PageSize);

    public BackRing<NetifRxRequest, NetifRxResponse, DirectMemory> Rx { get; } = new(rings.Address + GrantedPages.PageSize, GrantedPages.PageSize);
}
