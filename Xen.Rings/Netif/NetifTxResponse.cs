using System.Runtime.InteropServices;

namespace Xen.Rings;

/// <summary><c>struct netif_tx_response</c>, 4 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct NetifTxResponse
{
    /// <summary>The request's.</summary>
    public ushort Id;

    /// <summary>What became of it.</summary>
    public NetifStatus Status;
}
