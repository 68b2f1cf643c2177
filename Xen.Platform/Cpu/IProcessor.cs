namespace Xen.Platform;

/// <summary>The instructions of the processor that a guest needs and C# does not have.</summary>
public interface IProcessor
{
    /// <summary>The <c>cpuid</c> instruction.</summary>
    /// <param name="leaf">What goes into eax.</param>
    /// <param name="subleaf">What goes into ecx.</param>
    CpuidResult Cpuid(uint leaf, uint subleaf);

    /// <summary>The <c>rdtsc</c> instruction, not before any load that comes earlier in the program (a load fence, or <c>rdtscp</c>).</summary>
    ulong ReadTimestampCounter();
}
