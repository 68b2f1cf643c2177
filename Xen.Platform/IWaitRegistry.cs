namespace Xen.Platform;

/// <summary>A scheduler that wants to know what waits on it: the simulation's, for its deadlock report.</summary>
public interface IWaitRegistry
{
    /// <summary>Remembers a wait without keeping it alive.</summary>
    /// <param name="wait">A new one.</param>
    void Register(IPendingWait wait);
}
