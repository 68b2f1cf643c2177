using Xen.Platform;

namespace Xen.Unikernel;

/// <summary>What the guest's thread does between two turns: it looks for upcalls, and sleeps in the layer, which halts the processor.</summary>
internal sealed class UnikernelDriver(UnikernelHypervisor hypervisor) : IRunQueueDriver
{
    public void Poll()
    {
        if (Layer.TakeUpcall())
        {
            hypervisor.Upcall?.Invoke();
        }
    }

    public void Sleep() => hypervisor.Block(ulong.MaxValue);

    public void Wake() => Layer.Wake();
}
