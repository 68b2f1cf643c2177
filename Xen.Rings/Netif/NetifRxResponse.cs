using System.Runtime.InteropServices;

namespace Xen.Rings;

/// <summary><c>struct netif_rx_response</c>, 8 bytes: one slot of a received packet.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct NetifRxResponse
{
    /// <summary>The request's.</summary>
    public ushort Id;

    /// <summary>Where in the page.</summary>
    public ushort Offset;

    /// <summary>See <see cref="NetifRxFlags"/>.</summary>
    public NetifRxFlags Flags;

    /// <summary>How many bytes; negative is a <see cref="NetifStatus"/>.</summary>
    public short Status;
}
