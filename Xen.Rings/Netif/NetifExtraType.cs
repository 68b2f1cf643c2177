namespace Xen.Rings;

/// <summary>Kinds of extra info (<c>XEN_NETIF_EXTRA_TYPE_*</c>).</summary>
public enum NetifExtraType : byte
{
    /// <summary>Not a kind: refused.</summary>
    None = 0,

    /// <summary>Segmentation.</summary>
    Gso = 1,

    /// <summary>The front end joins a multicast group.</summary>
    McastAdd = 2,

    /// <summary>The front end leaves a multicast group.</summary>
    McastDel = 3,

    /// <summary>A flow hash.</summary>
    Hash = 4,

    /// <summary>Headroom for XDP.</summary>
    Xdp = 5,
}
