using System.Runtime.InteropServices;

namespace Xen.Rings;

/// <summary><c>struct netif_tx_request</c>, 12 bytes: one slot of a packet on its way out.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct NetifTxRequest
{
    /// <summary>The page.</summary>
    public uint Gref;

    /// <summary>Where in the page.</summary>
    public ushort Offset;

    /// <summary>See <see cref="NetifTxFlags"/>.</summary>
    public NetifTxFlags Flags;

    /// <summary>Comes back in the response.</summary>
    public ushort Id;

    /// <summary>In the first slot the size of the whole packet, in later ones their own.</summary>
    public ushort Size;
}
