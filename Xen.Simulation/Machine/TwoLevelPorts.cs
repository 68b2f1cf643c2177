using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

/// <summary>Xen's half of the 2-level ABI: the words of the shared info page.</summary>
internal sealed unsafe class TwoLevelPorts(SharedInfo* shared) : IPortMemory
{
    public uint PortLimit => SharedInfo.EventPorts;

    public bool SetPending(EventChannel channel)
    {
        ulong bit = Bit(channel.Port);
        ulong before = Interlocked.Or(ref shared->EvtchnPending[channel.Port / 64], bit);
        bool isMasked = (Volatile.Read(ref shared->EvtchnMask[channel.Port / 64]) & bit) != 0;
        return (before & bit) == 0 && !isMasked && Select(channel.Port);
    }

    public bool Unmask(EventChannel channel)
    {
        ulong before = Interlocked.And(ref shared->EvtchnMask[channel.Port / 64], ~Bit(channel.Port));
        // As the real one: a port that is not masked any more gets no upcall.
        return (before & Bit(channel.Port)) != 0 && IsPending(channel.Port) && Select(channel.Port);
    }

    public void ClearPending(EventChannel channel) => Interlocked.And(ref shared->EvtchnPending[channel.Port / 64], ~Bit(channel.Port));

    public bool IsPending(uint port) => (Volatile.Read(ref shared->EvtchnPending[port / 64]) & Bit(port)) != 0;

    public bool IsBusy(EventChannel channel) => false;

    private static ulong Bit(uint port) => 1UL << (int)(port % 64);

    // True when the word was not selected yet.
    private bool Select(uint port)
    {
        ulong bit = 1UL << (int)(port / 64);
        return (Interlocked.Or(ref SharedInfo.Vcpu(shared, 0)->EvtchnPendingSel, bit) & bit) == 0;
    }
}
