using System.Runtime.Intrinsics.X86;
using Xen.Platform;

namespace Xen.Unikernel;

/// <summary>The processor itself.</summary>
internal sealed class UnikernelProcessor : IProcessor
{
    public CpuidResult Cpuid(uint leaf, uint subleaf)
    {
        (int eax, int ebx, int ecx, int edx) = X86Base.CpuId((int)leaf, (int)subleaf);
        return new CpuidResult((uint)eax, (uint)ebx, (uint)ecx, (uint)edx);
    }

    public ulong ReadTimestampCounter() => Layer.TimestampCounter();
}
