using System.Runtime.InteropServices;

namespace Xen.Rings;

/// <summary><c>struct netif_rx_request</c>, 8 bytes: a page to receive into.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct NetifRxRequest
{
    /// <summary>Comes back in the response; the number of the slot by convention.</summary>
    public ushort Id;

    /// <summary>Unused.</summary>
    public ushort Pad;

    /// <summary>The page.</summary>
    public uint Gref;
}
