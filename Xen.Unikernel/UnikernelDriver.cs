using Xen.Platform;

namespace Xen.Unikernel;

/// <summary>What the guest's thread does between two turns: it looks for upcalls, and sleeps in the layer, which halts the processor.</summary>
internal sealed class UnikernelDriver : IRunQueueDriver
{
    private UnikernelHypervisor? _hypervisor;

    /// <summary>Where upcalls go, once there are event channels.</summary>
    public void Attach(UnikernelHypervisor hypervisor) => _hypervisor = hypervisor;

    public void Poll()
    {
        if (Layer.TakeUpcall())
        {
            _hypervisor?.Upcall?.Invoke();
        }
    }

    public void Sleep() => Layer.Wait(ulong.MaxValue);

    public void Wake() => Layer.Wake();
}
