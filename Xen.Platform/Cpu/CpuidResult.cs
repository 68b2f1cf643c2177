namespace Xen.Platform;

/// <summary>What the <c>cpuid</c> instruction gave.</summary>
/// <param name="Eax">Register eax.</param>
/// <param name="Ebx">Register ebx.</param>
/// <param name="Ecx">Register ecx.</param>
/// <param name="Edx">Register edx.</param>
public readonly record struct CpuidResult(uint Eax, uint Ebx, uint Ecx, uint Edx);
