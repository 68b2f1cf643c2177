using System.Numerics;
using Xen.Platform.Abi;

namespace Xen.Events;

/// <summary>
/// The guest's half of FIFO event channels, without hypercalls (xen-protocols 1.5): a queue of linked event words for each priority. Xen appends at
/// the tail, the guest takes from the head.
/// </summary>
internal sealed unsafe class FifoQueues<TMemory>
    where TMemory : struct, IEventMemory
{
    private const uint Queued = FifoEventWord.Linked | FifoEventWord.LinkMask;
    private const uint AllQueues = (1u << FifoControlBlock.Queues) - 1;

    // The sink leaves ports masked, so a scan meets each of them three times at most: left over without an event, with its event, and once more when
    // Xen had found it unmasked just before that.
    private const int VisitsPerWord = 4;
    private const int UnmaskTries = 8;

    // What a word that was taken out of turn linked to is found by the next pass; only Xen, appending meanwhile, makes a third one necessary.
    private const int RecoveryPasses = 4;

    private readonly uint*[] _pages = new uint*[FifoEventWord.MaxPages];
    private readonly uint[] _heads = new uint[FifoControlBlock.Queues];
    private FifoControlBlock* _control;
    private bool _hasLostWords;

    /// <summary>Event words that Xen has been given.</summary>
    public uint WordCount { get; private set; }

    /// <summary>Queues that were given up because a link led nowhere (R17).</summary>
    public long DroppedQueues { get; private set; }

    /// <summary>Begins with an empty control block and no words.</summary>
    public void Reset(FifoControlBlock* control)
    {
        _control = control;
        WordCount = 0;
        _hasLostWords = false;
        Array.Clear(_heads);
    }

    /// <summary>Xen has been given another page of words.</summary>
    public void AddPage(uint* words)
    {
        _pages[WordCount / FifoEventWord.PerPage] = words;
        WordCount += FifoEventWord.PerPage;
    }

    public void Mask(uint port) => TMemory.Or(Word(port), FifoEventWord.Masked);

    /// <summary>Takes the mask away.</summary>
    /// <returns>True when Xen has to be asked to unmask the port: its event came while it was masked, and only Xen appends.</returns>
    public bool Unmask(uint port)
    {
        uint* word = Word(port);
        uint seen = TMemory.Load(word);
        for (int tries = 0; tries < UnmaskTries; tries++)
        {
            if ((seen & FifoEventWord.Busy) != 0)
            {
                seen = TMemory.Load(word);
                continue;
            }

            // A full fence. Partner: Xen sets Pending before it reads Masked, we clear Masked and look at Pending in one exchange, so that one of us sees
            // the other's and no event is lost.
            uint found = TMemory.CompareExchange(word, seen & ~FifoEventWord.Masked, seen);
            if (found == seen)
            {
                return (seen & FifoEventWord.Pending) != 0;
            }

            seen = found;
        }

        // Busy for longer than Xen ever is: its own unmasking does not wait for itself.
        return true;
    }

    /// <summary>Takes every event that is queued, the highest priority first. Bounded, whatever the links say (R17).</summary>
    public void Scan(IEventSink sink)
    {
        long left = (long)WordCount * VisitsPerWord;
        uint ready = TakeReady();
        while (ready != 0)
        {
            int queue = BitOperations.TrailingZeroCount(ready);
            if (left-- == 0)
            {
                DropAll(ready);
                break;
            }

            if (!TakeHead(queue, sink))
            {
                ready &= ~(1u << queue);
            }

            // Also in the middle of a queue: what has become ready may be of a higher priority.
            ready |= TakeReady();
        }

        if (_hasLostWords)
        {
            TakeLostWords(sink);
        }
    }

    // No link leads to what stood behind a wrong one, and Xen appends no word that is linked: its port would be deaf until a resume. When the sound
    // queues are empty each word that is still linked is taken where it lies, which is what a guest may do to a linked word (xen-protocols 1.5); to Xen
    // it looks like a guest that has come that far. Xen may append to a word just before it is taken, so a link in one is a reason to look again.
    private void TakeLostWords(IEventSink sink)
    {
        _hasLostWords = false;
        bool hasLinks = true;
        for (int pass = 0; pass < RecoveryPasses && hasLinks; pass++)
        {
            hasLinks = false;
            for (uint port = 1; port < WordCount; port++)
            {
                hasLinks |= (TMemory.Load(Word(port)) & FifoEventWord.Linked) != 0 && TakeLostWord(port, sink);
            }
        }
    }

    // True when it led to another one.
    private bool TakeLostWord(uint port, IEventSink sink)
    {
        uint word = Take(Word(port));
        if (IsEvent(word))
        {
            sink.OnEvent(port);
        }

        return (word & FifoEventWord.LinkMask) != 0;
    }

    private uint TakeReady() =>
        TMemory.Load(&_control->Ready) == 0 ? 0 : TMemory.Exchange(&_control->Ready, 0) & AllQueues;

    // True while the queue has more.
    private bool TakeHead(int queue, IEventSink sink)
    {
        uint port = _heads[queue];
        if (port == 0)
        {
            // The queue had ended: Xen wrote the new head before it set the ready bit that brought us here.
            port = TMemory.Load(_control->Head + queue);
        }

        if (port == 0 || port >= WordCount)
        {
            Drop(queue);
            return false;
        }

        uint word = Take(Word(port));
        if (IsEvent(word))
        {
            sink.OnEvent(port);
        }

        // A word that was in no queue: the link to it is wrong, or a circle has come back to what was taken before.
        if ((word & FifoEventWord.Linked) == 0)
        {
            Drop(queue);
            return false;
        }

        _heads[queue] = word & FifoEventWord.LinkMask;
        return _heads[queue] != 0;
    }

    // Takes the word out of its queue and its event off it, and masks it, in one exchange. Partner: Xen sets Pending before it looks at Masked and
    // Linked, so an event from here on is pending again, and appended again as soon as it is unmasked. Xen writes the link into this word only while it
    // is linked, so the link in the copy is the last there was.
    private static uint Take(uint* word)
    {
        uint seen = TMemory.Load(word);
        while (true)
        {
            uint taken = seen & ~Queued;
            taken = IsEvent(seen) ? (taken & ~FifoEventWord.Pending) | FifoEventWord.Masked : taken;
            uint found = TMemory.CompareExchange(word, taken, seen);
            if (found == seen)
            {
                return seen;
            }

            seen = found;
        }
    }

    private static bool IsEvent(uint word) => (word & (FifoEventWord.Pending | FifoEventWord.Masked)) == FifoEventWord.Pending;

    private void Drop(int queue)
    {
        _heads[queue] = 0;
        _hasLostWords = true;
        DroppedQueues++;
    }

    private void DropAll(uint queues)
    {
        for (; queues != 0; queues &= queues - 1)
        {
            Drop(BitOperations.TrailingZeroCount(queues));
        }
    }

    private uint* Word(uint port) => _pages[port / FifoEventWord.PerPage] + (port % FifoEventWord.PerPage);
}
