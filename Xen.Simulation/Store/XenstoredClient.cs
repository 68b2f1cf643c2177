using System.Text;
using Xen.Platform;
using Xen.Rings;
using Xen.Store;

namespace Xen.Simulation;

/// <summary>One connection to the daemon: what came in and is not whole yet, what waits to go out, its watches and transactions.</summary>
public sealed class XenstoredClient
{
    private readonly Xenstored _daemon;
    private readonly StoreMessageReader _reader = new();
    private readonly LinkedList<byte[]> _output = new();
    private int _sentOfFirst;

    internal XenstoredClient(Xenstored daemon, DomainId domain)
    {
        _daemon = daemon;
        Domain = domain;
    }

    /// <summary>Whose connection.</summary>
    public DomainId Domain { get; }

    /// <summary>Called when there is something to take after there was nothing.</summary>
    public Action? OutputReady { get; set; }

    /// <summary>True once the client broke the protocol or the daemon forgot its domain. Nothing more is taken from it.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>How many watches it has.</summary>
    public int WatchCount => Watches.Count;

    /// <summary>How many transactions it has under way.</summary>
    public int TransactionCount => Transactions.Count;

    /// <summary>True when the daemon takes requests: the client reads its replies.</summary>
    public bool IsListening => !IsClosed && _output.Count < _daemon.Quotas.Outstanding;

    internal bool IsPrivileged => Domain == DomainId.Zero;

    internal string Home => $"/local/domain/{Domain.Value}/";

    internal DomainId? Target { get; set; }

    internal List<XenstoredWatch> Watches { get; } = [];

    internal SortedDictionary<uint, XenstoredTransaction> Transactions { get; } = [];

    /// <summary>Takes bytes from the client and carries out every request that is whole, as long as the client reads its replies.</summary>
    /// <param name="bytes">What came in.</param>
    /// <returns>How many were taken; the rest is to be offered again once output was taken.</returns>
    public int Take(ReadOnlySpan<byte> bytes)
    {
        int taken = 0;
        while (taken < bytes.Length && Process())
        {
            int count = Math.Min(bytes.Length - taken, _reader.Free.Length);
            bytes.Slice(taken, count).CopyTo(_reader.Free.Span);
            _reader.Advance(count);
            taken += count;
        }

        Process();
        return IsClosed ? bytes.Length : taken;
    }

    /// <summary>Gives the client what waits for it.</summary>
    /// <param name="destination">Where to.</param>
    /// <returns>How many bytes; 0 when there is nothing.</returns>
    public int TakeOutput(Span<byte> destination)
    {
        int taken = 0;
        while (taken < destination.Length && _output.First is { } first)
        {
            int count = Math.Min(first.Value.Length - _sentOfFirst, destination.Length - taken);
            first.Value.AsSpan(_sentOfFirst, count).CopyTo(destination[taken..]);
            taken += count;
            _sentOfFirst += count;
            if (_sentOfFirst == first.Value.Length)
            {
                _output.RemoveFirst();
                _sentOfFirst = 0;
            }
        }

        Process();
        return taken;
    }

    /// <summary>True when something waits for the client.</summary>
    public bool HasOutput => _output.Count > 0;

    internal void Close()
    {
        IsClosed = true;
        Watches.Clear();
        Transactions.Clear();
        OutputReady?.Invoke();
    }

    internal void SendEvent(XenstoredWatch watch, string path)
    {
        byte[] payload = Encoding.UTF8.GetBytes($"{watch.Shown(path)}\0{watch.Token}\0");
        var message = new byte[XsdSockmsg.Size + payload.Length];
        new XsdSockmsg { Type = (uint)XsdSockmsgType.WatchEvent, Len = (uint)payload.Length }.WriteTo(message);
        payload.CopyTo(message, XsdSockmsg.Size);
        if (!IsQueued(message))
        {
            Send(message);
        }
    }

    internal void SendReply(in XsdSockmsg request, XsdSockmsgType type, ReadOnlySpan<byte> payload)
    {
        var message = new byte[XsdSockmsg.Size + payload.Length];
        new XsdSockmsg { Type = (uint)type, ReqId = request.ReqId, TxId = request.TxId, Len = (uint)payload.Length }.WriteTo(message);
        payload.CopyTo(message.AsSpan(XsdSockmsg.Size));
        Send(message);
    }

    private bool Process()
    {
        while (IsListening && _reader.TryRead(out XsdSockmsg header, out ReadOnlySpan<byte> payload))
        {
            // Copied: a request can cause output, and taking output processes further requests.
            _daemon.Handle(this, header, payload.ToArray());
        }

        if (_reader.ImpossibleLength != 0)
        {
            _daemon.Disconnect(this);
        }

        return IsListening;
    }

    // Equal events are merged while they wait (XSA-349); one that is partly sent is not one of them.
    private bool IsQueued(byte[] message)
    {
        LinkedListNode<byte[]>? start = _sentOfFirst > 0 ? _output.First?.Next : _output.First;
        for (LinkedListNode<byte[]>? node = start; node is not null; node = node.Next)
        {
            if (node.Value.AsSpan().SequenceEqual(message))
            {
                return true;
            }
        }

        return false;
    }

    private void Send(byte[] message)
    {
        _output.AddLast(message);
        OutputReady?.Invoke();
    }
}
