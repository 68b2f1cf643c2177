using Xen.Events;
using Xen.Grants;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Simulation;

/// <summary>
/// One request and response ring between two domains, connected: a granted page, its mapping, an event channel, and the two ends over them.
/// For a first look at a ring, and for tests of a new protocol before there is a driver for it.
/// </summary>
/// <typeparam name="TReq">The request's wire structure.</typeparam>
/// <typeparam name="TRsp">The response's wire structure.</typeparam>
/// <example><code>
/// using var ring = new SimulatedRing&lt;uint, ulong&gt;(front, back);
/// ring.Front.Ring.TryWrite(7);
/// ring.Front.Push();
/// uint request = await ring.Back.ReadAsync();
/// </code></example>
public sealed unsafe class SimulatedRing<TReq, TRsp> : IDisposable
    where TReq : unmanaged
    where TRsp : unmanaged
{
    private readonly GuestGrantTable _grants;
    private readonly MappedGrants? _mapping;
    private readonly RingBell? _frontBell;
    private readonly RingBell? _backBell;

    /// <summary>Grants a page of <paramref name="front"/> to <paramref name="back"/>, maps it there, and binds an event channel.</summary>
    /// <param name="front">The domain that asks.</param>
    /// <param name="back">The domain that answers.</param>
    /// <exception cref="XenException">One of them has no page, no room for a mapping or no port left (<see cref="XenErrno.ENOSPC"/>). Nothing is kept then.</exception>
    public SimulatedRing(SimulatedDomain front, SimulatedDomain back)
    {
        ArgumentNullException.ThrowIfNull(front);
        ArgumentNullException.ThrowIfNull(back);
        _grants = front.Grants;
        Page = _grants.Allocate(back.Id, 1, GrantAccess.ReadWrite);
        try
        {
            RingPage.Initialize<DirectMemory>(Page.Address);
            _mapping = back.Grants.Map(front.Id, Page.Refs, GrantAccess.ReadWrite);
            EventPort frontPort = front.Events.AllocateUnbound(back.Id);
            _frontBell = new RingBell(front.Events, frontPort);
            _backBell = new RingBell(back.Events, back.Events.BindInterdomain(front.Id, frontPort.Value));
            Front = new SimulatedRingFront<TReq, TRsp>(new FrontRing<TReq, TRsp, DirectMemory>(Page.Address, Page.Length), _frontBell);
            Back = new SimulatedRingBack<TReq, TRsp>(new BackRing<TReq, TRsp, DirectMemory>(_mapping.Address, _mapping.Length), _backBell);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The end of the domain that asks.</summary>
    public SimulatedRingFront<TReq, TRsp> Front { get; }

    /// <summary>The end of the domain that answers.</summary>
    public SimulatedRingBack<TReq, TRsp> Back { get; }

    /// <summary>The shared page, as the front end sees it.</summary>
    internal GrantedPages Page { get; }

    /// <summary>Closes both ports, unmaps the page and takes it back. The ends must not be used any more; waits in them end with <see cref="ObjectDisposedException"/>. Idempotent.</summary>
    public void Dispose()
    {
        _backBell?.Close();
        _frontBell?.Close();
        _mapping?.Dispose();
        _ = _grants.Revoke(Page);
    }
}
