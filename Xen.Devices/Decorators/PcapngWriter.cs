using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Xen.Devices;

/// <summary>
/// Writes captured frames as pcapng (draft-ietf-opsawg-pcapng): a section header, one description for each interface, one enhanced packet
/// block for each frame, timestamps in units of 100 ns.
/// </summary>
/// <remarks>
/// The stream is written synchronously: a capture must not change the order in which the guest's tasks run. A stream that fails ends
/// the capture, not the traffic: see <see cref="Failure"/>.
/// </remarks>
public sealed class PcapngWriter : IDisposable
{
    private const uint SectionHeaderBlock = 0x0A0D_0D0A;
    private const uint InterfaceDescriptionBlock = 1;
    private const uint EnhancedPacketBlock = 6;
    private const uint ByteOrderMagic = 0x1A2B_3C4D;
    private const ushort LinkTypeEthernet = 1;
    private const ushort OptionEnd = 0;
    private const ushort OptionApplication = 4;
    private const ushort OptionInterfaceName = 2;
    private const ushort OptionTimestampResolution = 9;
    private const ushort OptionPacketFlags = 2;
    private const byte HundredNanoseconds = 7;
    private const int PacketHeaderSize = 28;
    private const int PacketTrailerSize = 16;

    private readonly Stream _stream;
    private readonly TimeProvider _timeProvider;
    private readonly ArrayBufferWriter<byte> _block = new(256);
    private int _interfaces;

    /// <summary>Begins a capture.</summary>
    /// <param name="stream">Where to; disposed with the writer.</param>
    /// <param name="timeProvider">The source of timestamps.</param>
    /// <param name="snapLength">Bytes of each frame that are kept, at least 1; 0 keeps all.</param>
    public PcapngWriter(Stream stream, TimeProvider timeProvider, int snapLength = 0)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(timeProvider);
        ArgumentOutOfRangeException.ThrowIfNegative(snapLength);
        _stream = stream;
        _timeProvider = timeProvider;
        SnapLength = snapLength == 0 ? int.MaxValue : snapLength;
        WriteSectionHeader();
    }

    /// <summary>Bytes of each frame that are kept.</summary>
    public int SnapLength { get; }

    /// <summary>Frames written.</summary>
    public long Frames { get; private set; }

    /// <summary>Why the capture ended early, or <see langword="null"/>.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Describes an interface.</summary>
    /// <param name="name">Its name, as capture programs show it.</param>
    /// <returns>Its number, for each frame.</returns>
    public int AddInterface(string name)
    {
        BeginBlock(InterfaceDescriptionBlock);
        Put16(LinkTypeEthernet);
        Put16(0);
        Put32(SnapLength == int.MaxValue ? 0u : (uint)SnapLength);
        PutOption(OptionInterfaceName, Encoding.UTF8.GetBytes(name));
        PutOption(OptionTimestampResolution, [HundredNanoseconds]);
        EndBlock();
        return _interfaces++;
    }

    /// <summary>Writes a frame.</summary>
    /// <param name="interfaceNumber">What <see cref="AddInterface"/> returned.</param>
    /// <param name="direction">Which way it went.</param>
    /// <param name="frame">The whole frame.</param>
    public void Write(int interfaceNumber, PcapngDirection direction, in ReadOnlySequence<byte> frame)
    {
        if (Failure is not null)
        {
            return;
        }

        int captured = (int)Math.Min(frame.Length, SnapLength);
        try
        {
            WritePacketHeader(interfaceNumber, captured, (int)frame.Length);
            foreach (ReadOnlyMemory<byte> segment in frame.Slice(0, captured))
            {
                _stream.Write(segment.Span);
            }

            WritePacketTrailer(direction, captured);
            Frames++;
        }
        catch (IOException exception)
        {
            Failure = exception;
        }
    }

    /// <summary>Writes a frame.</summary>
    /// <param name="interfaceNumber">What <see cref="AddInterface"/> returned.</param>
    /// <param name="direction">Which way it went.</param>
    /// <param name="frame">The whole frame.</param>
    public void Write(int interfaceNumber, PcapngDirection direction, ReadOnlySpan<byte> frame)
    {
        if (Failure is not null)
        {
            return;
        }

        int captured = Math.Min(frame.Length, SnapLength);
        try
        {
            WritePacketHeader(interfaceNumber, captured, frame.Length);
            _stream.Write(frame[..captured]);
            WritePacketTrailer(direction, captured);
            Frames++;
        }
        catch (IOException exception)
        {
            Failure = exception;
        }
    }

    /// <summary>Flushes and closes the stream.</summary>
    public void Dispose() => _stream.Dispose();

    private static int Padding(int length) => -length & 3;

    private static int PacketBlockLength(int captured) => PacketHeaderSize + captured + Padding(captured) + PacketTrailerSize;

    private void WriteSectionHeader()
    {
        BeginBlock(SectionHeaderBlock);
        Put32(ByteOrderMagic);
        Put16(1);
        Put16(0);
        // The section's length is not known in advance.
        Put32(uint.MaxValue);
        Put32(uint.MaxValue);
        PutOption(OptionApplication, "XenStack"u8);
        EndBlock();
    }

    private void WritePacketHeader(int interfaceNumber, int captured, int original)
    {
        long ticks = _timeProvider.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        Span<byte> header = stackalloc byte[PacketHeaderSize];
        BinaryPrimitives.WriteUInt32LittleEndian(header, EnhancedPacketBlock);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], PacketBlockLength(captured));
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], interfaceNumber);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], (uint)(ticks >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], (uint)ticks);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], captured);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], original);
        _stream.Write(header);
    }

    private void WritePacketTrailer(PcapngDirection direction, int captured)
    {
        Span<byte> trailer = stackalloc byte[3 + PacketTrailerSize];
        trailer.Clear();
        int at = Padding(captured);
        BinaryPrimitives.WriteUInt16LittleEndian(trailer[at..], OptionPacketFlags);
        BinaryPrimitives.WriteUInt16LittleEndian(trailer[(at + 2)..], sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[(at + 4)..], (uint)direction);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[(at + 8)..], OptionEnd);
        BinaryPrimitives.WriteInt32LittleEndian(trailer[(at + 12)..], PacketBlockLength(captured));
        _stream.Write(trailer[..(at + PacketTrailerSize)]);
    }

    private void BeginBlock(uint type)
    {
        _block.ResetWrittenCount();
        Put32(type);
        Put32(0);
    }

    private void EndBlock()
    {
        Put32(OptionEnd);
        var length = (uint)_block.WrittenCount + sizeof(uint);
        Put32(length);
        byte[] block = _block.WrittenSpan.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(4), length);
        _stream.Write(block);
    }

    private void PutOption(ushort code, ReadOnlySpan<byte> value)
    {
        Put16(code);
        Put16((ushort)value.Length);
        _block.Write(value);
        Span<byte> zeroes = stackalloc byte[3];
        zeroes.Clear();
        _block.Write(zeroes[..Padding(value.Length)]);
    }

    private void Put16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_block.GetSpan(sizeof(ushort)), value);
        _block.Advance(sizeof(ushort));
    }

    private void Put32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_block.GetSpan(sizeof(uint)), value);
        _block.Advance(sizeof(uint));
    }
}
