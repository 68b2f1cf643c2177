namespace Xen.Store;

/// <summary>What a domain may do with a node.</summary>
[Flags]
public enum StoreAccessRights
{
    /// <summary>Nothing: <c>n</c>.</summary>
    None = 0,

    /// <summary>Read it and list its children: <c>r</c>.</summary>
    Read = 1,

    /// <summary>Write it and make children: <c>w</c>.</summary>
    Write = 2,

    /// <summary>Both: <c>b</c>.</summary>
    Both = Read | Write,
}
