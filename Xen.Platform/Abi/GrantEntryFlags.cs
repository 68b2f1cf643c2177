namespace Xen.Platform.Abi;

/// <summary>Flags of a grant entry (<c>GTF_*</c>, xen-protocols 1.6).</summary>
[Flags]
public enum GrantEntryFlags : ushort
{
    /// <summary>The entry is free (<c>GTF_invalid</c>).</summary>
    None = 0,

    /// <summary>The peer may map and copy.</summary>
    PermitAccess = 1,

    /// <summary>The peer may give a page.</summary>
    AcceptTransfer = 2,

    /// <summary>The peer may use what a third domain granted us. Also the mask of the type bits.</summary>
    Transitive = 3,

    /// <summary>The peer may only read.</summary>
    ReadOnly = 4,

    /// <summary>Set by Xen: the peer reads or maps.</summary>
    Reading = 8,

    /// <summary>Set by Xen: the peer writes or maps writably.</summary>
    Writing = 16,

    /// <summary>Only a part of the page is granted (version 2).</summary>
    SubPage = 256,
}
