using Xen.Events;
using Xen.Grants;
using Xen.Rings;

namespace Xen.Checks.Net;

/// <summary>A queue as a hostile front end has it: its rings, granted and begun, and the port of both.</summary>
internal sealed unsafe class HostileNetFrontQueue
{
    public HostileNetFrontQueue(GrantedPages rings, EventPort port)
    {
        Rings = rings;
        Port = port;
        RingPage.Initialize<DirectMemory>(rings.Address);
        RingPage.Initialize<DirectMemory>(rings.Address + GrantedPages.PageSize);
        Tx = new(rings.Address, GrantedPages.PageSize);
        Rx = new(rings.Address + GrantedPages.PageSize, GrantedPages.PageSize);
    }

    public GrantedPages Rings { get; }

    public EventPort Port { get; }

    public FrontRing<NetifTxRequest, NetifTxResponse, DirectMemory> Tx { get; }

    public FrontRing<NetifRxRequest, NetifRxResponse, DirectMemory> Rx { get; }
}
