namespace Xen.Platform.Abi;

/// <summary>What <c>XENMEM_add_to_physmap</c> places (<c>XENMAPSPACE_*</c>).</summary>
public enum PhysmapSpace : uint
{
    /// <summary>The shared info page.</summary>
    SharedInfo = 0,

    /// <summary>A frame of the grant table; with <see cref="XenAddToPhysmap.StatusIndex"/> in the index, a status frame.</summary>
    GrantTable = 1,
}
