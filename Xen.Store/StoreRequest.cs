using System.Text;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Store;

/// <summary>
/// One request: its message, and who waits for the reply. Reused once both the reply has come and the caller has gone, in either order;
/// until then its number stays taken, so that a late reply cannot answer another request.
/// </summary>
internal sealed class StoreRequest(IGuestScheduler scheduler)
{
    private byte[] _message = new byte[256];
    private int _length;

    public WaitSource<StoreReply> Wait { get; } = new(scheduler);

    public XsdSockmsgType Type { get; private set; }

    public uint TransactionId { get; private set; }

    /// <summary>What the request is about, for messages.</summary>
    public string Subject { get; private set; } = "";

    public uint Id { get; set; }

    public bool IsAnswered { get; set; }

    public bool IsCallerGone { get; set; }

    public ReadOnlyMemory<byte> Message => _message.AsMemory(0, _length);

    public ReadOnlySpan<byte> Payload => _message.AsSpan(XsdSockmsg.Size, _length - XsdSockmsg.Size);

    public void Begin(XsdSockmsgType type, uint transactionId, string subject)
    {
        Type = type;
        TransactionId = transactionId;
        Subject = subject;
        IsAnswered = false;
        IsCallerGone = false;
        _length = XsdSockmsg.Size;
    }

    /// <summary>Appends text and the NUL that ends it.</summary>
    public StoreRequest AppendString(string text)
    {
        int count = Encoding.UTF8.GetByteCount(text);
        Encoding.UTF8.GetBytes(text, Grow(count + 1));
        _message[_length - 1] = 0;
        return this;
    }

    /// <summary>Appends bytes as they are.</summary>
    public StoreRequest AppendBytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Grow(bytes.Length));
        return this;
    }

    /// <summary>Writes the header, once the number is known.</summary>
    public void Seal()
    {
        var header = new XsdSockmsg { Type = (uint)Type, ReqId = Id, TxId = TransactionId, Len = (uint)(_length - XsdSockmsg.Size) };
        header.WriteTo(_message);
    }

    public override string ToString() =>
        TransactionId == 0 ? $"xenstore {Type} {Subject}" : $"xenstore {Type} {Subject} (transaction {TransactionId})";

    private Span<byte> Grow(int count)
    {
        int length = _length + count;
        if (length > XsdSockmsg.Size + XsdSockmsg.PayloadMax)
        {
            throw new XenException(XenErrno.E2BIG, ToString(), $"a request has at most {XsdSockmsg.PayloadMax} bytes, this one at least {length - XsdSockmsg.Size}");
        }

        if (length > _message.Length)
        {
            Array.Resize(ref _message, XsdSockmsg.Size + XsdSockmsg.PayloadMax);
        }

        Span<byte> space = _message.AsSpan(_length, count);
        _length = length;
        return space;
    }
}
