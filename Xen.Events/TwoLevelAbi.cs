using System.Numerics;
using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Events;

/// <summary>The 2-level ABI: words of bits in the shared info page and a selector of words (xen-protocols 1.5).</summary>
internal sealed unsafe class TwoLevelAbi(IHypervisor hypervisor, SharedInfo* shared) : IEventAbi
{
    // Where the next scan begins, so that a low port that never rests does not starve the high ones.
    private int _nextWord;
    private int _nextBit;

    public EventAbi Kind => EventAbi.TwoLevel;

    public uint PortLimit => SharedInfo.EventPorts;

    public void Prepare(uint port) => Mask(port);

    public void Mask(uint port) => Interlocked.Or(ref shared->EvtchnMask[port / 64], Bit(port));

    public void Unmask(uint port)
    {
        // A full fence by the exchange. Partner: Xen sets the pending bit before it reads the mask, we clear the mask before we read
        // the pending bit, so that one of us sees the other's and no event is lost.
        Interlocked.And(ref shared->EvtchnMask[port / 64], ~Bit(port));
        if ((Volatile.Read(ref shared->EvtchnPending[port / 64]) & Bit(port)) != 0)
        {
            // The event came while the port was masked: Xen selects its word and makes the upcall, but only of a port that it finds masked.
            Mask(port);
            var argument = new EvtchnPort { Port = port };
            hypervisor.EventChannelOp(EventChannelOp.Unmask, &argument);
        }
    }

    // Without a bound of its own, see FifoAbi.Scan: each turn needs an event of a port that is not masked, and a scan masks each whose event it takes.
    public void Scan(IEventSink sink)
    {
        VcpuInfo* vcpu = SharedInfo.Vcpu(shared, hypervisor.VcpuId);
        do
        {
            // Cleared before the selector is taken. Partner: Xen sets the selector before it sets upcall_pending.
            Interlocked.Exchange(ref vcpu->EvtchnUpcallPending, 0);
            ulong selected = Interlocked.Exchange(ref vcpu->EvtchnPendingSel, 0);
            ScanWords(selected, sink);
        }
        while (Volatile.Read(ref vcpu->EvtchnUpcallPending) != 0);
    }

    private static ulong Bit(uint port) => 1UL << (int)(port % 64);

    private void ScanWords(ulong selected, IEventSink sink)
    {
        int first = _nextWord;
        for (int i = 0; i <= SharedInfo.EventWords && selected != 0; i++)
        {
            int word = (first + i) % SharedInfo.EventWords;
            ulong bit = 1UL << word;
            if ((selected & bit) == 0)
            {
                continue;
            }

            // The first word is looked at from the middle, and once more at the end for what lies before.
            int begin = i == 0 ? _nextBit : 0;
            ScanWord(word, begin, sink);
            if (i != 0 || begin == 0)
            {
                selected &= ~bit;
            }
        }
    }

    private void ScanWord(int word, int begin, IEventSink sink)
    {
        ulong ready = Volatile.Read(ref shared->EvtchnPending[word]) & ~Volatile.Read(ref shared->EvtchnMask[word]);
        ready &= ulong.MaxValue << begin;
        while (ready != 0)
        {
            int bit = BitOperations.TrailingZeroCount(ready);
            ready &= ready - 1;
            uint port = (uint)((word * 64) + bit);
            Mask(port);
            // Cleared before the handler: an event that comes from here on is pending again and is not lost.
            Interlocked.And(ref shared->EvtchnPending[word], ~Bit(port));
            sink.OnEvent(port);
            _nextBit = (bit + 1) % 64;
            _nextWord = _nextBit == 0 ? (word + 1) % SharedInfo.EventWords : word;
        }
    }
}
