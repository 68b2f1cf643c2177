using System.Runtime.InteropServices;

namespace Xen.Rings;

/// <summary>The header of a xenstore message, 16 bytes, little-endian (<c>struct xsd_sockmsg</c>, xen-protocols 1.9).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct XsdSockmsg
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 16;

    /// <summary>Bytes of payload at most; a longer one ends the connection (<c>XENSTORE_PAYLOAD_MAX</c>).</summary>
    public const int PayloadMax = 4096;

    /// <summary>Bytes of an absolute path at most, without its NUL (<c>XENSTORE_ABS_PATH_MAX</c>).</summary>
    public const int AbsolutePathMax = 3072;

    /// <summary>Bytes of a relative path at most, without its NUL (<c>XENSTORE_REL_PATH_MAX</c>).</summary>
    public const int RelativePathMax = 2048;

    /// <summary>The type, see <see cref="XsdSockmsgType"/>; any number can arrive.</summary>
    public uint Type;

    /// <summary>Chosen by the client, echoed in the reply; 0 in watch events.</summary>
    public uint ReqId;

    /// <summary>The transaction, 0 for none.</summary>
    public uint TxId;

    /// <summary>Bytes of payload.</summary>
    public uint Len;

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">At least <see cref="Size"/> bytes.</param>
    public static XsdSockmsg ReadFrom(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<XsdSockmsg>(bytes);

    /// <summary>Writes the header.</summary>
    /// <param name="bytes">At least <see cref="Size"/> bytes.</param>
    public readonly void WriteTo(Span<byte> bytes) => MemoryMarshal.Write(bytes, in this);
}
