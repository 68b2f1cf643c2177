namespace Xen.Rings;

/// <summary>
/// Where things are in the page that a domain shares with xenstored (<c>struct xenstore_domain_interface</c>, xen-protocols 1.9).
/// </summary>
public static class XenstoreDomainInterface
{
    /// <summary>Bytes of each of the two byte rings (<c>XENSTORE_RING_SIZE</c>).</summary>
    public const int RingSize = 1024;

    /// <summary>The bytes to the daemon.</summary>
    public const int Req = 0;

    /// <summary>The bytes from the daemon.</summary>
    public const int Rsp = 1024;

    /// <summary>How far the daemon has read, u32.</summary>
    public const int ReqCons = 2048;

    /// <summary>How far the guest has written, u32.</summary>
    public const int ReqProd = 2052;

    /// <summary>How far the guest has read, u32.</summary>
    public const int RspCons = 2056;

    /// <summary>How far the daemon has written, u32.</summary>
    public const int RspProd = 2060;

    /// <summary>What the daemon can do, see <see cref="XenstoreServerFeatures"/>, u32.</summary>
    public const int ServerFeatures = 2064;

    /// <summary>See <see cref="XenstoreConnectionState"/>, u32.</summary>
    public const int Connection = 2068;

    /// <summary>Why the daemon gave the connection up, see <see cref="XenstoreError"/>, u32.</summary>
    public const int Error = 2072;

    /// <summary>The event channel, where the toolstack wrote it here, u32.</summary>
    public const int EvtchnPort = 2076;

    /// <summary>Bytes in use of the page.</summary>
    public const int Size = 2080;
}
