namespace Xen.Platform;

/// <summary>What Xen says about itself by <c>cpuid</c> (xen-protocols 1.2). A leaf that this Xen does not have reads as zeros.</summary>
public sealed class XenCpuid
{
    /// <summary><c>XEN_CPUID_FIRST_LEAF</c>: where the search begins. Behind Viridian's leaves Xen's come later.</summary>
    public const uint FirstLeaf = 0x40000000;

    /// <summary><c>XEN_CPUID_SIGNATURE_EBX</c>: "XenV".</summary>
    public const uint SignatureEbx = 0x566E6558;

    /// <summary><c>XEN_CPUID_SIGNATURE_ECX</c>: "MMXe".</summary>
    public const uint SignatureEcx = 0x65584D4D;

    /// <summary><c>XEN_CPUID_SIGNATURE_EDX</c>: "nVMM".</summary>
    public const uint SignatureEdx = 0x4D4D566E;

    private const uint LeafStep = 0x100;
    private const uint SearchLength = 0x10000;
    private const uint LeavesNeeded = 2;

    private XenCpuid(IProcessor processor, uint baseLeaf, uint lastLeaf)
    {
        BaseLeaf = baseLeaf;
        LastLeaf = lastLeaf;
        CpuidResult version = Leaf(processor, 1, 0);
        Major = (int)(version.Eax >> 16);
        Minor = (int)(version.Eax & 0xFFFF);
        CpuidResult pages = Leaf(processor, 2, 0);
        HypercallPages = pages.Eax;
        HypercallMsr = pages.Ebx;
        PreservesAccessedAndDirty = (pages.Ecx & 1) != 0;
        Tsc = ReadTsc(processor);
        CpuidResult features = Leaf(processor, 4, 0);
        Features = (XenCpuidFeatures)features.Eax;
        VcpuId = Features.HasFlag(XenCpuidFeatures.VcpuIdPresent) ? features.Ebx : null;
        DomainId = Features.HasFlag(XenCpuidFeatures.DomidPresent) && features.Ecx <= ushort.MaxValue ? new DomainId((ushort)features.Ecx) : null;
    }

    /// <summary>The first of Xen's leaves.</summary>
    public uint BaseLeaf { get; }

    /// <summary>The last of them.</summary>
    public uint LastLeaf { get; }

    /// <summary>Xen's version, before the dot.</summary>
    public int Major { get; }

    /// <summary>Xen's version, behind the dot.</summary>
    public int Minor { get; }

    /// <summary>How many pages of hypercall entries there are.</summary>
    public uint HypercallPages { get; }

    /// <summary>The model specific register that a page's address is written to.</summary>
    public uint HypercallMsr { get; }

    /// <summary><c>XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD</c>.</summary>
    public bool PreservesAccessedAndDirty { get; }

    /// <summary>The time stamp counter.</summary>
    public XenTscInfo Tsc { get; }

    /// <summary>What Xen does for this guest.</summary>
    public XenCpuidFeatures Features { get; }

    /// <summary>The virtual processor that asked; <see langword="null"/> when Xen does not say.</summary>
    public uint? VcpuId { get; }

    /// <summary>The domain's number; <see langword="null"/> when Xen does not say.</summary>
    public DomainId? DomainId { get; }

    /// <summary>Looks for Xen below this guest.</summary>
    /// <param name="processor">The processor.</param>
    /// <returns><see langword="null"/> when there is no Xen: a PVH guest of something else, such as plain QEMU.</returns>
    public static XenCpuid? Find(IProcessor processor)
    {
        ArgumentNullException.ThrowIfNull(processor);
        for (uint leaf = FirstLeaf; leaf < FirstLeaf + SearchLength; leaf += LeafStep)
        {
            CpuidResult result = processor.Cpuid(leaf, 0);
            bool isXen = result.Ebx == SignatureEbx && result.Ecx == SignatureEcx && result.Edx == SignatureEdx;
            if (isXen && result.Eax >= leaf + LeavesNeeded && result.Eax < leaf + LeafStep)
            {
                return new XenCpuid(processor, leaf, result.Eax);
            }
        }

        return null;
    }

    private CpuidResult Leaf(IProcessor processor, uint number, uint subleaf) =>
        BaseLeaf + number <= LastLeaf ? processor.Cpuid(BaseLeaf + number, subleaf) : default;

    private XenTscInfo ReadTsc(IProcessor processor)
    {
        CpuidResult general = Leaf(processor, 3, 0), scale = Leaf(processor, 3, 1), host = Leaf(processor, 3, 2);
        return new XenTscInfo(
            (general.Eax & 1) != 0,
            (general.Eax & 2) != 0,
            (general.Eax & 4) != 0,
            general.Ebx,
            general.Ecx,
            general.Edx,
            ((ulong)scale.Ebx << 32) | scale.Eax,
            scale.Ecx,
            (sbyte)scale.Edx,
            host.Eax);
    }
}
