using Xen.Events;
using Xen.Grants;
using Xen.Platform;
using Xen.Rings;
using Xen.Store;

namespace Xen.Blkfront;

/// <summary>
/// One queue of a connection: a ring, a port and the pages of its data; the operations that wait, and the loop that takes responses.
/// </summary>
internal sealed partial class BlkfrontQueue
{
    private readonly XenbusContext _context;
    private readonly BlkfrontCounters _counters;
    private readonly GrantedPages _ring;
    private readonly BlkfrontProtocol<DirectMemory> _protocol;
    private readonly DataPages _pages;
    private readonly OperationPool _pool;
    private readonly OperationQueue _waiting = new();
    private readonly WaitSource<bool> _idle;
    private readonly BlkfrontRequest[] _requests;
    private IndirectPages? _indirect;
    private BlkifRequestSegment[] _segments = [];
    private int[] _pagesOfRequests = [];
    private int _maxSegments;
    private Action<XenProtocolException>? _onBreach;
    private Func<string, string, XenProtocolException>? _makeBreach;
    private bool _isFlushing;
    private bool _isOver;

    private unsafe BlkfrontQueue(
        XenbusContext context, ushort handle, BlkfrontCounters counters, GrantedPages ring, DataPages pages, EventPort port)
    {
        _context = context;
        _counters = counters;
        _ring = ring;
        _pages = pages;
        Port = port;
        Reserved = new ReservedBuffers(pages);
        RingPage.Initialize<DirectMemory>(ring.Address);
        _protocol = new BlkfrontProtocol<DirectMemory>(new(ring.Address, ring.Length), handle);
        _pool = new OperationPool(context.Scheduler);
        _idle = new WaitSource<bool>(context.Scheduler);
        _requests = new BlkfrontRequest[_protocol.Size];
        SetMaxSegments(Blkif.MaxSegmentsPerRequest);
    }

    /// <summary>The event channel, as this end has it.</summary>
    public EventPort Port { get; }

    /// <summary>The ring's pages.</summary>
    public GrantedPages Ring => _ring;

    /// <summary>The buffers that callers reserve.</summary>
    public ReservedBuffers Reserved { get; }

    /// <summary>True when a page keeps its reference for as long as the connection lasts, so that the backend may keep it mapped.</summary>
    public bool KeepsGrants => _pages.StaysGranted;

    /// <summary>True while operations are taken.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Segments in a request at most.</summary>
    public int MaxSegments => _maxSegments;

    /// <summary>How many requests can be outstanding.</summary>
    public int Size => _protocol.Size;

    /// <summary>True while no flush was refused.</summary>
    public bool CanFlush => _protocol.CanFlush;

    /// <summary>True while no discard was refused.</summary>
    public bool CanDiscard => _protocol.CanDiscard;

    /// <summary>What the backend broke.</summary>
    public XenProtocolException? Breach { get; private set; }

    /// <summary>The ring, for people.</summary>
    public RingState Snapshot() => _protocol.Snapshot();

    /// <summary>Takes ring, port and pages: all or none.</summary>
    public static BlkfrontQueue Allocate(XenbusContext context, ushort handle, BlkfrontCounters counters, BlkfrontOptions options, uint ringPageOrder)
    {
        GrantedPages ring = context.Grants.Allocate(context.Peer, 1 << (int)ringPageOrder, GrantAccess.ReadWrite);
        DataPages? pages = null;
        try
        {
            pages = DataPagesFactory.Make(context.Grants, context.Peer, options);
            return new BlkfrontQueue(context, handle, counters, ring, pages, context.Events.AllocateUnbound(context.Peer));
        }
        catch (XenException)
        {
            pages?.Release();
            context.Grants.Revoke(ring);
            throw;
        }
    }

    /// <summary>Begins: from now on operations are taken.</summary>
    /// <param name="maxSegments">Segments in a request at most; beyond 11 when the backend takes indirect ones.</param>
    /// <param name="onBreach">Told once, when the backend breaks the protocol.</param>
    /// <param name="makeBreach">Makes the exception.</param>
    public void Start(int maxSegments, Action<XenProtocolException> onBreach, Func<string, string, XenProtocolException> makeBreach)
    {
        if (maxSegments > Blkif.MaxSegmentsPerRequest)
        {
            AllocateIndirect(maxSegments);
        }
        else
        {
            SetMaxSegments(maxSegments);
        }

        _onBreach = onBreach;
        _makeBreach = makeBreach;
        IsOpen = true;
        _ = RunAsync();
    }

    /// <summary>Refuses new operations and waits until those that were taken are complete.</summary>
    public async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        IsOpen = false;
        if (_protocol.OutstandingCount > 0 || _waiting.First is not null)
        {
            await _idle.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Completes whatever still waits.</summary>
    public void FailAll()
    {
        IsOpen = false;
        _isOver = true;
        while (_waiting.First is not null)
        {
            Abort(_waiting.RemoveFirst());
        }

        foreach (ref BlkfrontRequest request in _requests.AsSpan())
        {
            if (request.Operation is { } operation)
            {
                Abort(operation);
            }
        }

        _idle.TrySetResult(true);
    }

    /// <summary>Gives everything back. What the backend still uses, the grant table keeps (R7).</summary>
    public void Release()
    {
        FailAll();
        Reserved.Close($"the connection of {_context.Path} ended");
        _context.Events.Close(Port);
        while (_protocol.TryAbandon(out int id))
        {
            EndAccess(in _requests[id], id, out _);
            _requests[id] = default;
        }

        _counters.QuarantinedPages += _pages.Release();
        Count(_context.Grants.Revoke(_ring), _ring);
        if (_indirect is not null)
        {
            Count(_context.Grants.Revoke(_indirect.Pages), _indirect.Pages);
        }
    }

    private void Count(RevokeResult result, GrantedPages pages) =>
        _counters.QuarantinedPages += result == RevokeResult.Busy ? pages.PageCount : 0;

    private void SetMaxSegments(int maxSegments)
    {
        _maxSegments = Math.Min(maxSegments, Math.Max(_pages.CopyPageCount, 1));
        _segments = new BlkifRequestSegment[_maxSegments];
        _pagesOfRequests = new int[(_protocol.Size + 1) * _maxSegments];
    }

    // As many as there can be requests of that size; without one of these pages requests stay direct.
    private void AllocateIndirect(int maxSegments)
    {
        int largest = Math.Max(_pages.CopyPageCount, _pages.ReservedPageCount);
        int count = Math.Min(_protocol.Size, ((_pages.CopyPageCount + _pages.ReservedPageCount) / (Blkif.MaxSegmentsPerRequest + 1)) + 1);
        if (largest <= Blkif.MaxSegmentsPerRequest)
        {
            return;
        }

        // A backend that keeps mappings maps every page for writing, also these.
        GrantAccess access = KeepsGrants ? GrantAccess.ReadWrite : GrantAccess.ReadOnly;
        try
        {
            _indirect = new IndirectPages(_context.Grants.Allocate(_context.Peer, count, access));
            SetMaxSegments(maxSegments);
        }
        catch (XenException exception) when (exception.ErrorCode is XenErrno.ENOSPC or XenErrno.ENOMEM)
        {
            Log.NoIndirectPages(_context.LoggerFactory.CreateLogger(nameof(BlkfrontQueue)), _context.Path, exception.Message);
        }
    }

    private async Task RunAsync()
    {
        uint seen = 0;
        try
        {
            while (true)
            {
                seen = await _context.Events.WaitAsync(Port, seen);
                _counters.NotificationsReceived++;
                if (_isOver)
                {
                    return;
                }

                bool worked = TakeResponses();
                _counters.SpuriousNotifications += worked ? 0 : 1;
                _context.Events.Complete(Port, !worked);
            }
        }
        catch (ObjectDisposedException) when (_isOver)
        {
            // The port was closed: that is how this loop ends.
        }
    }

    // The ring is not read any more; what waits for it fails now (R11), what it holds is given back on release.
    private void HandleBreach()
    {
        if (Breach is not null)
        {
            return;
        }

        Breach = _makeBreach!(
            BreachText.RuleOf(_protocol.Violation), BreachText.ValueOf(_protocol.Violation, _protocol.ViolatingValue, _protocol.Snapshot()));
        FailAll();
        _onBreach!(Breach);
    }
}
