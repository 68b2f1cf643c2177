using System.Text;
using Xen.Platform;
using Xen.Rings;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Store;

/// <summary>A daemon that answers in any order, cuts its bytes anywhere, and at some time may send what no daemon may.</summary>
internal sealed class ScriptedDaemon(IGuestScheduler scheduler, IChoice choice) : IStoreTransport
{
    private const int FaultKinds = 7;
    private const uint FarAway = 1 << 20;

    private readonly List<(XsdSockmsg Header, string Path)> _asked = [];
    private readonly Queue<byte> _output = new();
    private readonly WaitSource<bool> _readable = new(scheduler);
    private int _answersBeforeFault = choice.Next(2) == 0 ? int.MaxValue : choice.Next(12);
    private string _token = "";
    private bool _isOver;

    public string Name => "script";

    public bool CanResetWatches => true;

    /// <summary>True once the client has been told something that must end the connection.</summary>
    public bool HasMisbehaved { get; private set; }

    public int Waiting => _asked.Count;

    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        XsdSockmsg header = XsdSockmsg.ReadFrom(message.Span);
        string[] arguments = Encoding.UTF8.GetString(message.Span[XsdSockmsg.Size..]).Split('\0');
        Expect.That(_asked.TrueForAll(asked => asked.Header.ReqId != header.ReqId), $"request number {header.ReqId} is used twice at once.");
        _token = header.Type == (uint)XsdSockmsgType.Watch ? arguments[1] : _token;
        _asked.Add((header, arguments[0]));
        return ValueTask.CompletedTask;
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_output.Count == 0)
        {
            if (_isOver)
            {
                return 0;
            }

            await _readable.WaitAsync(cancellationToken);
        }

        int count = Math.Min(1 + choice.Next(40), Math.Min(_output.Count, buffer.Length));
        for (int i = 0; i < count; i++)
        {
            buffer.Span[i] = _output.Dequeue();
        }

        return count;
    }

    public ValueTask DisposeAsync()
    {
        _isOver = true;
        _readable.TrySetResult(true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Answers one request, any of them, or does what it must not.</summary>
    public void Answer()
    {
        (XsdSockmsg header, string path) = _asked[choice.Next(_asked.Count)];
        if (_answersBeforeFault-- == 0)
        {
            Misbehave(header);
        }
        else
        {
            _asked.RemoveAll(asked => asked.Header.ReqId == header.ReqId);
            SendEvents();
            Send(header, AnswerFor((XsdSockmsgType)header.Type, path), AnswerText((XsdSockmsgType)header.Type, path));
        }

        _readable.TrySetResult(true);
    }

    /// <summary>What a path reads as; <see langword="null"/> for a node that is not there.</summary>
    public static string? ValueOf(string path) => path.EndsWith('3') ? null : $"value of {path}";

    private static XsdSockmsgType AnswerFor(XsdSockmsgType type, string path) =>
        type == XsdSockmsgType.Read && ValueOf(path) is null ? XsdSockmsgType.Error : type;

    private static string AnswerText(XsdSockmsgType type, string path) => type == XsdSockmsgType.Read ? ValueOf(path) ?? "ENOENT\0" : "OK\0";

    private void SendEvents()
    {
        for (int i = choice.Next(3); i > 0 && _token.Length > 0; i--)
        {
            Send(new XsdSockmsg(), XsdSockmsgType.WatchEvent, $"/watched/{choice.Next(3)}\0{_token}\0");
        }
    }

    private void Misbehave(XsdSockmsg header)
    {
        HasMisbehaved = true;
        switch (choice.Next(FaultKinds))
        {
            case 0:
                Put(header with { Len = XsdSockmsg.PayloadMax + 1 + (uint)choice.Next(int.MaxValue) });
                break;
            case 1:
                // Far from all that are outstanding, and from those that are made before this one is read.
                Send(header with { ReqId = header.ReqId + FarAway + (uint)choice.Next(1000) }, (XsdSockmsgType)header.Type, "x");
                break;
            case 2:
                Send(header, XsdSockmsgType.GetDomainPath, "x\0");
                break;
            case 3:
                Send(header with { TxId = header.TxId + 1 }, (XsdSockmsgType)header.Type, "x");
                break;
            case 4:
                Send(new XsdSockmsg(), XsdSockmsgType.WatchEvent, "/watched");
                break;
            case 5:
                Send(new XsdSockmsg(), XsdSockmsgType.WatchEvent, "/watched\0not ours\0");
                break;
            default:
                _isOver = true;
                break;
        }
    }

    private void Send(XsdSockmsg header, XsdSockmsgType type, string payload)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(payload);
        Put(header with { Type = (uint)type, Len = (uint)bytes.Length });
        Array.ForEach(bytes, _output.Enqueue);
    }

    private void Put(XsdSockmsg header)
    {
        byte[] bytes = new byte[XsdSockmsg.Size];
        header.WriteTo(bytes);
        Array.ForEach(bytes, _output.Enqueue);
    }
}
