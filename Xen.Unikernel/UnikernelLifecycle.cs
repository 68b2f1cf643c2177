using Xen.Platform;

namespace Xen.Unikernel;

/// <summary>The life of a guest that is not suspended: <c>control/feature-suspend</c> is not written, so no toolstack asks for it.</summary>
internal sealed class UnikernelLifecycle : IGuestLifecycle
{
    public event Action? Suspending
    {
        add { }
        remove { }
    }

    public event Action<bool>? Resumed
    {
        add { }
        remove { }
    }

    public uint Epoch => 1;
}
