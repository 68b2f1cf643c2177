using Xen.Events;
using Xen.Rings;

namespace Xen.Console;

/// <summary>
/// One end of a console ring without I/O and clock (xen-protocols 1.8). The ring is taken at the indices that it holds: whoever had it
/// before may have written to it. It never notifies; <see cref="PollNotify"/> says when to.
/// </summary>
/// <typeparam name="TMemory">How to reach the page.</typeparam>
public sealed class ConsoleProtocol<TMemory>
    where TMemory : struct, ISharedMemory
{
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(1);

    private readonly ByteRingWriter<TMemory> _toPeer;
    private readonly ByteRingReader<TMemory> _fromPeer;
    private readonly TimeSpan _longestPoll;
    private readonly EventWork _work = new();
    private readonly int _size;
    private long _written;
    private long _taken;
    private bool _isNotifyDue;

    internal ConsoleProtocol(ByteRingWriter<TMemory> toPeer, ByteRingReader<TMemory> fromPeer, int size, TimeSpan longestPoll)
    {
        _toPeer = toPeer;
        _fromPeer = fromPeer;
        _size = size;
        _longestPoll = longestPoll;
        _written = size - toPeer.FreeBytes();
    }

    /// <summary>
    /// True once an index of either direction made no sense (R15). From then on nothing is copied and no index is read (R11).
    /// </summary>
    public bool IsBroken => _toPeer.IsBroken || _fromPeer.IsBroken;

    /// <summary>When to look again while output waits: see <see cref="HandleTimer"/>.</summary>
    public TimeSpan PollDelay { get; private set; } = FirstPoll;

    /// <summary>Gives the peer as much as fits.</summary>
    /// <param name="source">What to give.</param>
    /// <returns>How many bytes; fewer than there are when the ring is full or broken.</returns>
    public int Write(ReadOnlySpan<byte> source)
    {
        int count = IsBroken ? 0 : _toPeer.Write(source);
        _written += count;
        _isNotifyDue |= count > 0;
        return count;
    }

    /// <summary>Takes what the peer gave.</summary>
    /// <param name="destination">Where to.</param>
    /// <returns>How many bytes; 0 when the ring is empty or broken.</returns>
    public int Read(Span<byte> destination)
    {
        int count = IsBroken ? 0 : _fromPeer.Read(destination);
        if (count > 0)
        {
            // The peer may wait for room, and these rings have no event suppression.
            _isNotifyDue = true;
            _work.Note();
        }

        return count;
    }

    /// <summary>Says whether the peer is to be notified, once.</summary>
    public bool PollNotify()
    {
        bool isDue = _isNotifyDue;
        _isNotifyDue = false;
        return isDue;
    }

    /// <summary>Says whether the peer has taken every byte.</summary>
    public bool PollDrained()
    {
        Look();
        return !IsBroken && _taken == _written;
    }

    /// <summary>To be told of each event, after the ring was read.</summary>
    /// <returns>True when it brought work: bytes, or room. False for a spurious one (R9).</returns>
    public bool HandleEvent()
    {
        Look();
        return _work.TakeForEvent();
    }

    /// <summary>To be told when <see cref="PollDelay"/> is over.</summary>
    public void HandleTimer()
    {
        if (!Look())
        {
            PollDelay = PollDelay * 2 < _longestPoll ? PollDelay * 2 : _longestPoll;
        }
    }

    // Room counts once: a peer that moves its index to and fro makes none (R9).
    private bool Look()
    {
        if (IsBroken)
        {
            return false;
        }

        int free = _toPeer.FreeBytes();
        long taken = _written - (_size - free);
        if (_toPeer.IsBroken || taken <= _taken)
        {
            return false;
        }

        _taken = taken;
        PollDelay = FirstPoll;
        _work.Note();
        return true;
    }
}
