using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Xen.Rings;

/// <summary>
/// <c>struct netif_extra_info</c>, 8 bytes: takes a whole slot behind the first of its packet. <see cref="Data0"/> to
/// <see cref="Data5"/> are the union: for GSO the size (16 bits), type, padding and features (16 bits); for multicast the address.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct NetifExtraInfo
{
    /// <summary>The bit of <see cref="Flags"/> that says that another one follows (<c>XEN_NETIF_EXTRA_FLAG_MORE</c>).</summary>
    public const byte FlagMore = 1;

    /// <summary>What it is.</summary>
    public NetifExtraType Type;

    /// <summary>See <see cref="FlagMore"/>.</summary>
    public byte Flags;

    /// <summary>Byte 0 of the union.</summary>
    public byte Data0;

    /// <summary>Byte 1 of the union.</summary>
    public byte Data1;

    /// <summary>Byte 2 of the union.</summary>
    public byte Data2;

    /// <summary>Byte 3 of the union.</summary>
    public byte Data3;

    /// <summary>Byte 4 of the union.</summary>
    public byte Data4;

    /// <summary>Byte 5 of the union.</summary>
    public byte Data5;

    /// <summary>True when another one follows.</summary>
    public readonly bool HasMore => (Flags & FlagMore) != 0;

    /// <summary>For GSO: payload bytes of a segment.</summary>
    public readonly ushort GsoSize => (ushort)(Data0 | (Data1 << 8));

    /// <summary>For GSO: <see cref="NetifGsoType"/>, unchecked.</summary>
    public readonly byte GsoType => Data2;

    /// <summary>Makes the extra info of a packet that is to be cut.</summary>
    /// <param name="type">How.</param>
    /// <param name="size">Payload bytes of a segment.</param>
    public static NetifExtraInfo Gso(NetifGsoType type, ushort size) => new()
    {
        Type = NetifExtraType.Gso,
        Data0 = (byte)size,
        Data1 = (byte)(size >> 8),
        Data2 = (byte)type,
    };

    /// <summary>Reads the copy of a transmit slot as extra info.</summary>
    /// <param name="slot">A copy, private to the caller.</param>
    public static NetifExtraInfo From(in NetifTxRequest slot) => Unsafe.ReadUnaligned<NetifExtraInfo>(ref Unsafe.As<NetifTxRequest, byte>(ref Unsafe.AsRef(in slot)));

    /// <summary>Reads the copy of a receive slot as extra info.</summary>
    /// <param name="slot">A copy, private to the caller.</param>
    public static NetifExtraInfo From(in NetifRxResponse slot) => Unsafe.BitCast<NetifRxResponse, NetifExtraInfo>(slot);

    /// <summary>The transmit slot that carries this; the four bytes behind it are 0.</summary>
    public readonly NetifTxRequest ToTxRequest()
    {
        NetifTxRequest slot = default;
        Unsafe.WriteUnaligned(ref Unsafe.As<NetifTxRequest, byte>(ref slot), this);
        return slot;
    }

    /// <summary>The receive slot that carries this.</summary>
    public readonly NetifRxResponse ToRxResponse() => Unsafe.BitCast<NetifExtraInfo, NetifRxResponse>(this);
}
