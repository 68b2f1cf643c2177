namespace Xen.Grants;

/// <summary>What a peer may do with a granted page.</summary>
public enum GrantAccess
{
    /// <summary>Read and write.</summary>
    ReadWrite,

    /// <summary>Read only.</summary>
    ReadOnly,
}
