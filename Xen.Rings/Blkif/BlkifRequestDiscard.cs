using System.Runtime.InteropServices;

namespace Xen.Rings;

/// <summary>A request to discard sectors (<c>struct blkif_request_discard</c>, x86_64 layout). It lies at the start of a ring slot.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct BlkifRequestDiscard
{
    /// <summary>The flag of a secure discard (<c>BLKIF_DISCARD_SECURE</c>).</summary>
    public const byte Secure = 1;

    /// <summary><see cref="BlkifOperation.Discard"/>.</summary>
    [FieldOffset(0)]
    public byte Operation;

    /// <summary>0 or <see cref="Secure"/>.</summary>
    [FieldOffset(1)]
    public byte Flag;

    /// <summary>The device's number; backends ignore it.</summary>
    [FieldOffset(2)]
    public ushort Handle;

    /// <summary>Comes back in the response.</summary>
    [FieldOffset(8)]
    public ulong Id;

    /// <summary>First sector on the device, in 512 bytes.</summary>
    [FieldOffset(16)]
    public ulong SectorNumber;

    /// <summary>How many sectors of 512 bytes.</summary>
    [FieldOffset(24)]
    public ulong NrSectors;
}
