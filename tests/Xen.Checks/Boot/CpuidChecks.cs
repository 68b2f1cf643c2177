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

    // A signature with one bit flipped, or leaves that cannot be: too few, or as many as reach into the next place.
    public static void NearlyXenIsNotXen(IChoice choice)
    {
        uint first = 0x40000000 + (0x100 * (uint)choice.Next(256));
        int fault = choice.Next(5);
        uint flipped = 1u << choice.Next(32);
        uint last = fault switch
        {
            3 => first + (uint)choice.Next(2),
            4 => first + 0x100 + (choice.Next(2) == 0 ? 0 : (uint)choice.Next(1 << 30)),
            _ => first + 4,
        };
        uint[] signature = [0x566E6558, 0x65584D4D, 0x4D4D566E];
        signature[Math.Min(fault, 2)] ^= fault <= 2 ? flipped : 0;
        var processor = new Leaves { [first, 0] = new CpuidResult(last, signature[0], signature[1], signature[2]) };
        Expect.Equal(null, XenCpuid.Find(processor)?.BaseLeaf, $"fault {fault} at 0x{first:x}");
        processor[first, 0] = new CpuidResult(first + 0xFF, 0x566E6558, 0x65584D4D, 0x4D4D566E);
        Expect.Equal(first, XenCpuid.Find(processor)?.BaseLeaf, "where Xen is");
    }

    // Numbers count when Xen says that they are there, and a domain's has 16 bits.
    public static void NumbersCountWhenTheyAreThere(IChoice choice)
    {
        uint features = (uint)choice.Next(128), vcpu = (uint)Words.NearALimit(choice);
        uint domain = choice.Next(2) == 0 ? (uint)choice.Next(1 << 16) : (uint)Words.NearALimit(choice);
        bool isMapped = choice.Next(2) == 0;
        var processor = new Leaves
        {
            [0x40000000, 0] = new CpuidResult(0x40000004, 0x566E6558, 0x65584D4D, 0x4D4D566E),
            [0x40000002, 0] = new CpuidResult(1, 2, isMapped ? 0xFFFFFFFF : 0xFFFFFFFE, 0),
            [0x40000003, 0] = new CpuidResult(features, 0, 0, 0),
            [0x40000004, 0] = new CpuidResult(features, vcpu, domain, 0),
        };
        XenCpuid found = XenCpuid.Find(processor)!;
        Expect.Equal((XenCpuidFeatures)features, found.Features, "features");
        Expect.Equal((features & 8) != 0 ? vcpu : null, found.VcpuId, "processor");
        Expect.Equal((features & 16) != 0 && domain <= ushort.MaxValue ? new DomainId((ushort)domain) : null, found.DomainId, "domain");
        Expect.Equal(isMapped, found.PreservesAccessedAndDirty, "bits of page tables");
        (bool, bool, bool) counter = ((features & 1) != 0, (features & 2) != 0, (features & 4) != 0);
        Expect.Equal(counter, (found.Tsc.IsEmulated, found.Tsc.IsHostReliable, found.Tsc.HasRdtscp), "counter");
    }

    /// <summary>A processor with these leaves; all others are zeros.</summary>
    private sealed class Leaves : IProcessor
    {
        private readonly Dictionary<(uint Leaf, uint Subleaf), CpuidResult> _results = [];

        public CpuidResult this[uint leaf, uint subleaf]
        {
            get => _results.GetValueOrDefault((leaf, subleaf));
            set => _results[(leaf, subleaf)] = value;
        }

        public CpuidResult Cpuid(uint leaf, uint subleaf) => this[leaf, subleaf];

        public ulong ReadTimestampCounter() => 0;
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
