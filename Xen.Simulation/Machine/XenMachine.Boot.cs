using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

internal sealed unsafe partial class XenMachine
{
    /// <summary>Carries out the <c>cpuid</c> instruction of a domain.</summary>
    public static CpuidResult Cpuid(XenDomain caller, uint leaf, uint subleaf) => (leaf, subleaf) switch
    {
        (0x40000000, _) => new CpuidResult(0x40000004, 0x566E6558, 0x65584D4D, 0x4D4D566E),
        (0x40000001, _) => new CpuidResult((4 << 16) | 17, 0, 0, 0),
        (0x40000002, _) => new CpuidResult(1, 0x40000000, 0, 0),
        (0x40000003, 0) => new CpuidResult(0b110, 0, TimeKeeper.Kilohertz, (uint)caller.Incarnation),
        (0x40000003, 1) => new CpuidResult(0, 0, TimeKeeper.Scale, 0),
        (0x40000003, 2) => new CpuidResult(TimeKeeper.Kilohertz, 0, 0, 0),
        // Processor and domain are named; processors have upcall vectors of their own only where HVMOP 23 is known, which it is not.
        (0x40000004, _) => new CpuidResult(0b11000, 0, caller.Id, 0),
        _ => default,
    };

    /// <summary>The time stamp counter of the host.</summary>
    public ulong Counter => TimeKeeper.CounterAt(host.NowNanoseconds);

    /// <summary>Sets a domain's wall clock off from the host's, as its toolstack does.</summary>
    public void SetTimeOffset(XenDomain domain, TimeSpan offset)
    {
        domain.TimeOffset = offset;
        WriteTime(domain);
    }

    private void Boot(XenDomain domain)
    {
        domain.LoadBootImage(options);
        WriteTime(domain);
    }

    private void WriteTime(XenDomain domain)
    {
        TimeKeeper.UpdateTime(domain, host.NowNanoseconds);
        TimeKeeper.UpdateWallClock(domain, host.Beginning + domain.TimeOffset);
    }

    private static int MemoryMap(XenDomain caller, XenMemoryMap* argument)
    {
        E820Entry[] map = caller.MemoryMap;
        if (argument->Buffer == 0 && argument->NrEntries > 0)
        {
            return -(int)XenErrno.EFAULT;
        }

        int count = (int)Math.Min(argument->NrEntries, (uint)map.Length);
        map.AsSpan(0, count).CopyTo(new Span<E820Entry>((void*)argument->Buffer, count));
        argument->NrEntries = (uint)count;
        return 0;
    }
}
