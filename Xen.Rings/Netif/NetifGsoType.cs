namespace Xen.Rings;

/// <summary>Kinds of segmentation (<c>XEN_NETIF_GSO_TYPE_*</c>).</summary>
public enum NetifGsoType : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>TCP over IPv4.</summary>
    TcpV4 = 1,

    /// <summary>TCP over IPv6.</summary>
    TcpV6 = 2,
}
