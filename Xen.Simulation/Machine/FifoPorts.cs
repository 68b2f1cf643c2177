using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

/// <summary>Xen's half of the FIFO ABI (xen-protocols 1.5): it appends to the queues that the domain takes from.</summary>
internal sealed unsafe class FifoPorts(FifoControlBlock* control) : IPortMemory
{
    private const int LinkTries = 4;

    private readonly nint[] _pages = new nint[FifoEventWord.MaxPages];
    private readonly uint[] _tails = new uint[FifoControlBlock.Queues];
    private int _pageCount;

    public uint PortLimit => FifoEventWord.Channels;

    public bool IsFull => _pageCount == FifoEventWord.MaxPages;

    /// <summary>Another page of words. What came for its ports before is to be raised now: they are these.</summary>
    public Range AddPage(byte* page)
    {
        _pages[_pageCount++] = (nint)page;
        return ((_pageCount - 1) * FifoEventWord.PerPage)..(_pageCount * FifoEventWord.PerPage);
    }

    public bool SetPending(EventChannel channel)
    {
        uint* word = Word(channel.Port);
        if (word is null)
        {
            channel.IsPendingWithoutWord = true;
            return false;
        }

        Interlocked.Or(ref *word, FifoEventWord.Pending);
        bool isMasked = (Volatile.Read(ref *word) & FifoEventWord.Masked) != 0;
        return !isMasked && (Interlocked.Or(ref *word, FifoEventWord.Linked) & FifoEventWord.Linked) == 0 && Append(channel);
    }

    public bool Unmask(EventChannel channel)
    {
        uint* word = Word(channel.Port);
        if (word is null)
        {
            return false;
        }

        Interlocked.And(ref *word, ~FifoEventWord.Masked);
        return IsPending(channel.Port) && SetPending(channel);
    }

    public void ClearPending(EventChannel channel)
    {
        channel.IsPendingWithoutWord = false;
        uint* word = Word(channel.Port);
        if (word is not null)
        {
            Interlocked.And(ref *word, ~FifoEventWord.Pending);
        }
    }

    public bool IsPending(uint port) => Has(port, FifoEventWord.Pending);

    public bool IsBusy(EventChannel channel) => Has(channel.Port, FifoEventWord.Linked);

    // True when the queue had come to its end and has become ready.
    private bool Append(EventChannel channel)
    {
        // The port may be the last of the queue that it was in before. It is in none now, so that queue has ended, and nothing may be linked to it there.
        if (_tails[channel.Queue] == channel.Port)
        {
            _tails[channel.Queue] = 0;
        }

        int queue = channel.Priority;
        channel.Queue = queue;
        uint tail = _tails[queue];
        _tails[queue] = channel.Port;
        if (tail != 0 && TryLink(Word(tail), channel.Port))
        {
            return false;
        }

        Volatile.Write(ref control->Head[queue], channel.Port);
        uint bit = 1u << queue;
        return (Interlocked.Or(ref control->Ready, bit) & bit) == 0;
    }

    // False when the domain has taken the last word out of the queue: there is nothing to link to.
    private static bool TryLink(uint* tail, uint port)
    {
        uint seen = Volatile.Read(ref *tail);
        for (int tries = 0; (seen & FifoEventWord.Linked) != 0; tries++)
        {
            uint linked = (seen & ~(FifoEventWord.LinkMask | FifoEventWord.Busy)) | port;
            uint found = Interlocked.CompareExchange(ref *tail, linked, seen);
            if (found == seen)
            {
                return true;
            }

            // The domain masks and unmasks: from now on it waits for us.
            seen = Interlocked.Or(ref *tail, FifoEventWord.Busy) | FifoEventWord.Busy;
            if (tries == LinkTries)
            {
                break;
            }
        }

        Interlocked.And(ref *tail, ~FifoEventWord.Busy);
        return (seen & FifoEventWord.Linked) != 0;
    }

    private bool Has(uint port, uint bit)
    {
        uint* word = Word(port);
        return word is not null && (Volatile.Read(ref *word) & bit) != 0;
    }

    private uint* Word(uint port) =>
        port / FifoEventWord.PerPage < _pageCount ? (uint*)_pages[port / FifoEventWord.PerPage] + (port % FifoEventWord.PerPage) : null;
}
