namespace Xen.Simulation;

/// <summary>What one unprivileged domain may have in a xenstore; the defaults are those of Xen's daemon (xen-protocols 1.9).</summary>
public sealed record XenstoredQuotas
{
    /// <summary>Nodes that it owns.</summary>
    public int Nodes { get; init; } = 1000;

    /// <summary>Watches.</summary>
    public int Watches { get; init; } = 128;

    /// <summary>Transactions at once.</summary>
    public int Transactions { get; init; } = 10;

    /// <summary>Nodes that one transaction touches.</summary>
    public int TransactionNodes { get; init; } = 1024;

    /// <summary>Entries in the permissions of a node.</summary>
    public int Permissions { get; init; } = 5;

    /// <summary>Characters of a path.</summary>
    public int PathLength { get; init; } = 2048;

    /// <summary>Bytes of a node with its value, the names of its children, and its permissions.</summary>
    public int NodeBytes { get; init; } = 2048;

    /// <summary>Messages to it that it has not read. While there are more, its requests wait.</summary>
    public int Outstanding { get; init; } = 20;
}
