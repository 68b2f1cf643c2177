namespace Xen.Platform.Abi;

/// <summary>Sub-operations of <c>memory_op</c> (<c>XENMEM_*</c>).</summary>
public enum MemoryOp
{
    /// <summary><c>XENMEM_maximum_ram_page</c>.</summary>
    MaximumRamPage = 2,

    /// <summary><c>XENMEM_current_reservation</c>.</summary>
    CurrentReservation = 3,

    /// <summary><c>XENMEM_maximum_reservation</c>.</summary>
    MaximumReservation = 4,

    /// <summary><c>XENMEM_add_to_physmap</c>, argument <see cref="XenAddToPhysmap"/>.</summary>
    AddToPhysmap = 7,

    /// <summary><c>XENMEM_memory_map</c>, argument <see cref="XenMemoryMap"/>: the domain's pseudo-physical memory map.</summary>
    MemoryMap = 9,

    /// <summary><c>XENMEM_maximum_gpfn</c>, argument <see cref="XenMemoryDomain"/>: the highest guest frame in use.</summary>
    MaximumGpfn = 14,

    /// <summary><c>XENMEM_remove_from_physmap</c>, argument <see cref="XenRemoveFromPhysmap"/>.</summary>
    RemoveFromPhysmap = 15,
}
