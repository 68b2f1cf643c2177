namespace Xen.Rings;

/// <summary>
/// Where things are in a console's page (<c>struct xencons_interface</c>, xen-protocols 1.8): input and output as the guest sees them.
/// </summary>
public static class XenconsInterface
{
    /// <summary>Bytes of the input ring, from the console daemon to the guest.</summary>
    public const int InSize = 1024;

    /// <summary>Bytes of the output ring, from the guest to the console daemon.</summary>
    public const int OutSize = 2048;

    /// <summary>The bytes to the guest.</summary>
    public const int In = 0;

    /// <summary>The bytes from the guest.</summary>
    public const int Out = 1024;

    /// <summary>How far the guest has read, u32.</summary>
    public const int InCons = 3072;

    /// <summary>How far the daemon has written, u32.</summary>
    public const int InProd = 3076;

    /// <summary>How far the daemon has read, u32.</summary>
    public const int OutCons = 3080;

    /// <summary>How far the guest has written, u32.</summary>
    public const int OutProd = 3084;

    /// <summary>0 connected, 1 disconnected, u8; in headers newer than Xen 4.17.</summary>
    public const int Connection = 3088;
}
