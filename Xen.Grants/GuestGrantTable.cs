using System.Globalization;
using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Grants;

/// <summary>The grant table of a guest that makes its own hypercalls: on bare metal and in the simulation.</summary>
public sealed unsafe partial class GuestGrantTable : IGrantTable, IPageGranting
{
    private readonly IHypervisor _hypervisor;
    private readonly IGuestScheduler _scheduler;
    private readonly IGuestLifecycle _lifecycle;
    private readonly Quarantine _quarantine;
    private readonly PagePool _pool;
    private readonly ReferenceTable _references;
    private readonly GrantTableVersion? _preferred;
    private readonly int _maxFrames;

    /// <summary>Sets up a table with no frame yet.</summary>
    /// <param name="hypervisor">What to call.</param>
    /// <param name="scheduler">Where quarantined pages are looked at again.</param>
    /// <param name="lifecycle">When grants become stale.</param>
    /// <param name="budget">The pages that all devices of the guest may use.</param>
    /// <param name="preferred">
    /// The version to use where Xen has it, else the other one. <see langword="null"/>: version 2 for a guest with memory beyond what version 1 can name,
    /// else version 1, which holds twice the references. At a resume the choice is made anew.
    /// </param>
    /// <exception cref="XenException">Xen refused to say how large the table can be.</exception>
    public GuestGrantTable(
        IHypervisor hypervisor, IGuestScheduler scheduler, IGuestLifecycle lifecycle, PageBudget budget, GrantTableVersion? preferred = null)
    {
        ArgumentNullException.ThrowIfNull(hypervisor);
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentNullException.ThrowIfNull(lifecycle);
        ArgumentNullException.ThrowIfNull(budget);
        _hypervisor = hypervisor;
        _scheduler = scheduler;
        _lifecycle = lifecycle;
        _preferred = preferred;
        Budget = budget;
        _maxFrames = QueryMaxFrames(hypervisor);
        _references = new ReferenceTable(SetUp(), _maxFrames);
        _pool = new PagePool(hypervisor, budget);
        _quarantine = new Quarantine(_references, _pool, scheduler.TimeProvider);
        lifecycle.Resumed += OnResumed;
        Telemetry.Add(this);
    }

    /// <summary>The version that Xen and this guest use.</summary>
    public GrantTableVersion Version => _references.Abi.Version;

    /// <summary>The pages that all devices of the guest may use.</summary>
    public PageBudget Budget { get; }

    /// <inheritdoc />
    public uint Epoch => _lifecycle.Epoch;

    /// <inheritdoc />
    public GrantCapacity Capacity => new(_references.Total, _references.InUse, _references.Quarantined);

    /// <inheritdoc />
    public IPageGranting? PageGranting => this;

    /// <inheritdoc />
    public GrantedPages Allocate(DomainId peer, int pageCount, GrantAccess access)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pageCount);
        byte* address = _pool.Take(pageCount, $"grants to {peer}");
        var refs = new GrantRef[pageCount];
        for (int i = 0; i < pageCount; i++)
        {
            if (!TryGrant(peer, address + ((long)i * PageSize.Bytes), access, Epoch, out refs[i]))
            {
                UndoAllocate(address, pageCount, refs.AsSpan(0, i));
                throw CannotGrant(peer, pageCount, address + ((long)i * PageSize.Bytes));
            }
        }

        return new GuestGrantedPages(this, peer, access, address, refs, Epoch);
    }

    /// <inheritdoc />
    public RevokeResult Revoke(GrantedPages pages)
    {
        if (pages is not GuestGrantedPages own)
        {
            throw new ArgumentException("The pages are of another kind of grant table.", nameof(pages));
        }

        if (own.ReleasedBy is not null)
        {
            return own.Result;
        }

        string releasedBy = string.Create(
            CultureInfo.InvariantCulture, $"Revoke of {own.PageCount} pages from {own.Refs[0]} granted to {own.Peer}");
        RevokeResult result = own.Epoch == Epoch ? EndAll(own, releasedBy) : GiveStale(own, releasedBy);
        own.Release(result, releasedBy);
        return result;
    }

    /// <inheritdoc />
    public LocalPages AllocateLocal(int pageCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pageCount);
        return new GuestLocalPages(this, _pool.Take(pageCount, "local use"), pageCount);
    }

    /// <inheritdoc />
    public bool TryGrant(DomainId peer, byte* page, GrantAccess access, uint epoch, out GrantRef reference)
    {
        reference = default;
        if (epoch != Epoch || !_hypervisor.TryFrameOf(page, out ulong frame) || frame > _references.Abi.LastFrame || !_references.TryTake(page, out uint index))
        {
            return false;
        }

        _references.Abi.Publish(index, peer, frame, access);
        reference = new GrantRef(index);
        return true;
    }

    /// <inheritdoc />
    public RevokeResult EndAccess(GrantRef reference, uint epoch)
    {
        if (epoch != Epoch || _references.StateOf(reference.Value) != ReferenceState.Granted)
        {
            return RevokeResult.Stale;
        }

        if (_references.Abi.TryRevoke(reference.Value))
        {
            _references.Give(reference.Value);
            return RevokeResult.Revoked;
        }

        _references.Quarantine(reference.Value);
        return RevokeResult.Busy;
    }

    /// <inheritdoc />
    public bool IsIdle(GrantRef reference, uint epoch)
    {
        if (epoch != Epoch)
        {
            return true;
        }

        if (_references.StateOf(reference.Value) != ReferenceState.Quarantined || !_references.Abi.TryRevoke(reference.Value))
        {
            return false;
        }

        _references.Give(reference.Value);
        return true;
    }

    internal void AssertCurrent()
    {
        if (!_scheduler.IsCurrent)
        {
            throw new InvalidOperationException(
                "left the simulation: a shared page was used on another thread than the guest's. Something was awaited that leaves the guest's scheduler; docs/determinism.md lists what does.");
        }
    }

    internal void ReleaseLocal(byte* address, int pageCount)
    {
        const string By = "Dispose of local pages";
        byte* end = address + ((long)pageCount * PageSize.Bytes);
        List<uint>? busy = null;
        for (uint i = GrantRef.FirstFree; i < (uint)_references.Count; i++)
        {
            ReferenceState state = _references.StateOf(i);
            byte* page = _references.PageOf(i);
            if (state < ReferenceState.Granted || page < address || page >= end)
            {
                continue;
            }

            if (state == ReferenceState.Granted)
            {
                throw new InvalidOperationException($"Local pages are disposed while {new GrantRef(i)} still grants one of them: end every access first.");
            }

            (busy ??= []).Add(i);
        }

        if (busy is null)
        {
            _pool.Give(address, pageCount, By);
            return;
        }

        _quarantine.Add(new QuarantineEntry(address, pageCount, [.. busy], By));
    }

    private static int QueryMaxFrames(IHypervisor hypervisor)
    {
        var query = new GnttabQuerySize { Dom = DomainId.Self.Value };
        HypervisorCalls.Check(hypervisor.GrantTableOp(GrantTableOp.QuerySize, &query, 1), "GNTTABOP_query_size", DomainId.Self);
        return query.Status == GrantStatus.Okay
            ? (int)query.MaxNrFrames
            : throw new XenException(XenErrno.EIO, "GNTTABOP_query_size", $"Xen answered {query.Status}");
    }

    // What counts is the version that the table then has, whether Xen granted the wish or not (xen-protocols 1.6: it can cap the version, and refuses
    // while references are in use).
    private static uint Negotiate(IHypervisor hypervisor, GrantTableVersion wanted)
    {
        var set = new GnttabSetVersion { Version = (uint)wanted };
        hypervisor.GrantTableOp(GrantTableOp.SetVersion, &set, 1);
        var get = new GnttabGetVersion { Dom = DomainId.Self.Value };
        return hypervisor.GrantTableOp(GrantTableOp.GetVersion, &get, 1) == 0 ? get.Version : (uint)GrantTableVersion.V1;
    }

    private static GrantTableVersion VersionByNeed(IHypervisor hypervisor)
    {
        var self = new XenMemoryDomain { Domid = DomainId.Self.Value };
        return hypervisor.MemoryOp(MemoryOp.MaximumGpfn, &self) > uint.MaxValue ? GrantTableVersion.V2 : GrantTableVersion.V1;
    }

    // Before the first frame is placed: Xen changes the version only while no reference is in use.
    private IGrantAbi SetUp() => Negotiate(_hypervisor, _preferred ?? VersionByNeed(_hypervisor)) == (uint)GrantTableVersion.V2
        ? new GrantAbiV2(_hypervisor, _maxFrames)
        : new GrantAbiV1(_hypervisor, _maxFrames);

    private XenException CannotGrant(DomainId peer, int pageCount, byte* page)
    {
        _hypervisor.TryFrameOf(page, out ulong frame);
        string reason = frame > _references.Abi.LastFrame
            ? string.Create(CultureInfo.InvariantCulture, $"frame 0x{frame:x} is beyond what a grant table of version 1 can name, and this Xen refuses version 2")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"the grant table is full: {_references.InUse} of {_references.Total} references in use, {_references.Quarantined} in quarantine");
        return new XenException(XenErrno.ENOSPC, string.Create(CultureInfo.InvariantCulture, $"grant {pageCount} pages to {peer}"), reason);
    }

    private void UndoAllocate(byte* address, int pageCount, ReadOnlySpan<GrantRef> granted)
    {
        // Nobody has been told of these references, but a hostile peer can guess them: one that is busy goes to quarantine like any other.
        List<uint>? busy = EndAll(granted);
        GiveOrQuarantine(address, pageCount, busy, "an allocation that failed");
    }

    private RevokeResult EndAll(GuestGrantedPages pages, string releasedBy)
    {
        List<uint>? busy = EndAll(pages.Refs);
        GiveOrQuarantine(pages.Address, pages.PageCount, busy, releasedBy);
        return busy is null ? RevokeResult.Revoked : RevokeResult.Busy;
    }

    private List<uint>? EndAll(ReadOnlySpan<GrantRef> refs)
    {
        List<uint>? busy = null;
        foreach (GrantRef reference in refs)
        {
            if (EndAccess(reference, Epoch) == RevokeResult.Busy)
            {
                (busy ??= []).Add(reference.Value);
            }
        }

        return busy;
    }

    private void GiveOrQuarantine(byte* address, int pageCount, List<uint>? busy, string releasedBy)
    {
        if (busy is null)
        {
            _pool.Give(address, pageCount, releasedBy);
            return;
        }

        _quarantine.Add(new QuarantineEntry(address, pageCount, [.. busy], releasedBy));
    }

    // Their grants vanished with the old domain: the pages are the guest's alone.
    private RevokeResult GiveStale(GuestGrantedPages pages, string releasedBy)
    {
        _pool.Give(pages.Address, pages.PageCount, releasedBy);
        return RevokeResult.Stale;
    }

    private void OnResumed(bool isCancelled)
    {
        if (!isCancelled)
        {
            _references.Reset(SetUp());
            _quarantine.Reset();
        }
    }
}
