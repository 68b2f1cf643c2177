using Xen.Platform;

namespace Xen.Simulation;

/// <summary>The life cycle of a simulated domain.</summary>
internal sealed class SimulatedLifecycle : IGuestLifecycle
{
    public event Action? Suspending;

    public event Action<bool>? Resumed;

    public uint Epoch { get; private set; } = 1;

    public void Suspend() => Suspending?.Invoke();

    public void Resume(bool isCancelled)
    {
        Epoch += isCancelled ? 0u : 1u;
        Resumed?.Invoke(isCancelled);
    }
}
