using Xen.Rings;

namespace Xen.Simulation;

/// <summary>The daemon's end of a domain's shared page: moves bytes between the page and a connection (xen-protocols 1.9).</summary>
public sealed unsafe class XenstoredRing
{
    private const int ChunkBytes = 256;

    private readonly Xenstored _daemon;
    private readonly XenstoredClient _client;
    private readonly Action _notify;
    private readonly uint* _error;
    private readonly ByteRingReader<DirectMemory> _requests;
    private readonly ByteRingWriter<DirectMemory> _replies;
    private readonly byte[] _taken = new byte[ChunkBytes];
    private readonly byte[] _given = new byte[ChunkBytes];
    private int _takenStart;
    private int _takenEnd;
    private int _givenStart;
    private int _givenEnd;
    private bool _isPumping;

    /// <summary>Attaches to a page.</summary>
    /// <param name="daemon">The daemon.</param>
    /// <param name="client">The domain's connection.</param>
    /// <param name="page">The page.</param>
    /// <param name="notify">Sends an event to the domain. Must not come back here before it returns.</param>
    public XenstoredRing(Xenstored daemon, XenstoredClient client, byte* page, Action notify)
    {
        ArgumentNullException.ThrowIfNull(daemon);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(notify);
        _daemon = daemon;
        _client = client;
        _notify = notify;
        _error = (uint*)(page + XenstoreDomainInterface.Error);
        DirectMemory.StoreUInt32((uint*)(page + XenstoreDomainInterface.ServerFeatures), (uint)XenstoreServerFeatures.Error);
        _requests = XenstoreRings.BackReader<DirectMemory>(page);
        _replies = XenstoreRings.BackWriter<DirectMemory>(page);
        client.OutputReady = HandleEvent;
    }

    /// <summary>Moves what can be moved. Call it when the domain sent an event; output of the daemon calls it, too.</summary>
    public void HandleEvent()
    {
        if (_isPumping)
        {
            return;
        }

        _isPumping = true;
        bool moved = false;
        while (!_client.IsClosed && (TakeRequests() | GiveReplies()))
        {
            moved = true;
        }

        _isPumping = false;
        ReportBreach();
        if (moved)
        {
            _notify();
        }
    }

    private bool TakeRequests()
    {
        int count = 0;
        if (_takenStart == _takenEnd)
        {
            count = _requests.Read(_taken);
            _takenStart = 0;
            _takenEnd = count;
        }

        int used = _takenStart == _takenEnd ? 0 : _client.Take(_taken.AsSpan(_takenStart.._takenEnd));
        _takenStart += used;
        return count + used > 0;
    }

    private bool GiveReplies()
    {
        if (_givenStart == _givenEnd)
        {
            _givenStart = 0;
            _givenEnd = _client.TakeOutput(_given);
        }

        int count = _replies.Write(_given.AsSpan(_givenStart.._givenEnd));
        _givenStart += count;
        return count > 0;
    }

    private void ReportBreach()
    {
        bool isIndex = _requests.IsBroken || _replies.IsBroken;
        if (!isIndex && !_client.IsClosed)
        {
            return;
        }

        DirectMemory.StoreUInt32(_error, (uint)(isIndex ? XenstoreError.RingIdx : XenstoreError.Proto));
        _daemon.Disconnect(_client);
        _notify();
    }
}
