using Xen.Platform;
using Xen.Simulation.Choices;

namespace Xen.Checks.Boot;

/// <summary>Xen's leaves of <c>cpuid</c>.</summary>
internal static class CpuidChecks
{
    public static void XenIsFound(IChoice choice)
    {
        uint first = 0x40000000 + (0x100 * (uint)(choice.Next(2) == 0 ? choice.Next(2) : choice.Next(256)));
        uint last = first + 2 + (uint)choice.Next(4);
        bool isXen = choice.Next(4) > 0;
        XenCpuid? found = XenCpuid.Find(new Processor(first, last, isXen));
        Expect.Equal(isXen, found is not null, "Xen is there");
        if (found is null)
        {
            return;
        }

        Expect.Equal(first, found.BaseLeaf, "base");
        Expect.Equal((4, 17), (found.Major, found.Minor), "version");
        Expect.Equal((2u, 0x40000000u), (found.HypercallPages, found.HypercallMsr), "hypercalls");
        bool hasTime = last >= first + 3, hasFeatures = last >= first + 4;
        Expect.Equal(hasTime ? new XenTscInfo(false, true, true, 1, 3_000_000, 5, 0x2_0000_0001, 3, -4, 2_900_000) : default, found.Tsc, "counter");
        Expect.Equal(hasFeatures ? new DomainId(9) : null, found.DomainId, "domain");
        Expect.Equal(hasFeatures, found.Features.HasFlag(XenCpuidFeatures.UpcallVector), "upcall vector");
        Expect.Equal(null, found.VcpuId, "processor");
    }

    private sealed class Processor(uint first, uint last, bool isXen) : IProcessor
    {
        // A leaf beyond the last gives what the last ordinary leaf gives: something, but nothing that means anything.
        public CpuidResult Cpuid(uint leaf, uint subleaf) => leaf > last || leaf < first ? new CpuidResult(7, 7, 7, 7) : (leaf - first, subleaf) switch
        {
            (0, _) => new CpuidResult(last, isXen ? 0x566E6558u : 0x4B4D564B, 0x65584D4D, 0x4D4D566E),
            (1, _) => new CpuidResult((4 << 16) | 17, 0, 0, 0),
            (2, _) => new CpuidResult(2, 0x40000000, 0, 0),
            (3, 0) => new CpuidResult(6, 1, 3_000_000, 5),
            (3, 1) => new CpuidResult(1, 2, 3, unchecked((uint)-4)),
            (3, 2) => new CpuidResult(2_900_000, 0, 0, 0),
            (4, _) => new CpuidResult(0b1010000, 3, 9, 0),
            _ => new CpuidResult(7, 7, 7, 7),
        };

        public ulong ReadTimestampCounter() => 0;
    }
}
