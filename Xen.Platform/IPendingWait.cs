namespace Xen.Platform;

/// <summary>A wait that a report of why nothing goes on can look at.</summary>
public interface IPendingWait
{
    /// <summary>True while somebody waits and nothing has completed the wait.</summary>
    bool IsPending { get; }

    /// <summary>What is waited for, and by whom.</summary>
    string Describe();
}
