using Xen.Platform.Abi;

namespace Xen.Platform;

/// <summary>A piece of the physical address space. Its last byte is named, so that a region can reach the end of it.</summary>
/// <param name="First">Address of its first byte.</param>
/// <param name="Last">Address of its last byte, not below the first.</param>
/// <param name="Type">What it is.</param>
public readonly record struct MemoryRegion(ulong First, ulong Last, HvmMemmapType Type);
