using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Simulation.Choices;

namespace Xen.Checks.Net;

/// <summary>Sends UDP datagrams, whole or in fragments, with complete or partial checksums, and demands each back, byte for byte.</summary>
public sealed class EchoClient(INetworkDevice device, IPAddress ownAddress, IPAddress peerAddress)
{
    private const int HeaderBytes = EthernetHeader.Size + Ipv4Header.Size;
    private const int IdOffset = EthernetHeader.Size + 4;
    private const ushort MoreFragments = 0x2000;

    private readonly Ipv4Address _own = Ipv4Address.From(ownAddress);
    private readonly Ipv4Address _peer = Ipv4Address.From(peerAddress);
    private readonly Dictionary<ushort, byte[]> _expected = [];
    private readonly MacAddress _peerMac = new(0xFEFF_FFFF_FFFF);
    private ushort _nextId;

    /// <summary>Frames that are still to come back.</summary>
    public int Outstanding => _expected.Count;

    /// <summary>Frames that came back.</summary>
    public long Echoed { get; private set; }

    /// <summary>Receives until the device ends.</summary>
    public Task<DeviceResult> ListenAsync(CancellationToken cancellationToken = default) =>
        device.ListenAsync(Check, new ListenOptions { OnHandlerException = HandlerExceptionPolicy.Propagate }, cancellationToken);

    /// <summary>Sends one datagram, in as many fragments as the device needs.</summary>
    /// <param name="choice">Its bytes.</param>
    /// <param name="length">Bytes of its data.</param>
    /// <param name="isPartial">True to leave its checksum to the other side; only for one that is not fragmented.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task SendAsync(IChoice choice, int length, bool isPartial, CancellationToken cancellationToken = default)
    {
        byte[] datagram = Datagram(choice, length, isPartial);
        uint flow = FlowOf(datagram);
        int perFrame = (device.MaxFrameSize - HeaderBytes) / 8 * 8;
        for (int start = 0; start < datagram.Length; start += perFrame)
        {
            int part = Math.Min(perFrame, datagram.Length - start);
            bool fits = datagram.Length <= device.MaxFrameSize - HeaderBytes;
            await SendPartAsync(fits ? datagram : datagram.AsMemory(start, part), (start / 8) | (start + part < datagram.Length && !fits ? MoreFragments : 0), flow, isPartial, cancellationToken);
            if (fits)
            {
                return;
            }
        }
    }

    private byte[] Datagram(IChoice choice, int length, bool isPartial)
    {
        var datagram = new byte[UdpHeader.Size + length];
        for (int i = UdpHeader.Size; i < datagram.Length; i++)
        {
            datagram[i] = (byte)(i * 31);
        }

        datagram[^1] ^= (byte)choice.Next(256);
        var header = new UdpHeader((ushort)(1 + choice.Next(65535)), 7);
        var ip = new Ipv4Header(_own, _peer, Ipv4Header.Udp, datagram.Length);
        if (isPartial)
        {
            header.WritePartial(ip, datagram);
        }
        else
        {
            header.Write(ip, datagram);
        }

        return datagram;
    }

    // Its ports.
    private static uint FlowOf(ReadOnlySpan<byte> datagram) => BinaryPrimitives.ReadUInt32BigEndian(datagram);

    private async Task SendPartAsync(ReadOnlyMemory<byte> part, int fragment, uint flow, bool isPartial, CancellationToken cancellationToken)
    {
        using TransmitFrame frame = await device.ReserveAsync(HeaderBytes + part.Length, flow, cancellationToken);
        Fill(frame.Span, part.Span, (ushort)fragment);
        if (isPartial)
        {
            frame.SetOffload(new FrameOffload(ChecksumState.Partial));
        }

        Expect.That(frame.Send().IsSuccess, "A frame was refused.");
    }

    private void Fill(Span<byte> frame, ReadOnlySpan<byte> part, ushort fragment)
    {
        new EthernetHeader(_peerMac, device.MacAddress, EthernetHeader.Ipv4).Write(frame);
        new Ipv4Header(_own, _peer, Ipv4Header.Udp, part.Length).Write(frame[EthernetHeader.Size..]);
        Span<byte> ip = frame.Slice(EthernetHeader.Size, Ipv4Header.Size);
        ushort id = _nextId++;
        BinaryPrimitives.WriteUInt16BigEndian(frame[IdOffset..], id);
        BinaryPrimitives.WriteUInt16BigEndian(frame[(IdOffset + 2)..], fragment);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], InternetChecksum.Finish(InternetChecksum.Add(ip)));
        part.CopyTo(frame[HeaderBytes..]);
        _expected.Add(id, part.ToArray());
    }

    private ValueTask Check(ReceivedFrame frame)
    {
        byte[] bytes = frame.Payload.ToArray();
        ushort id = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(IdOffset));
        Expect.That(_expected.Remove(id, out byte[]? sent), $"Frame {id} came back and was not expected.");
        Expect.Equal(HeaderBytes + sent!.Length, bytes.Length, "the length of what came back");
        Expect.That(InternetChecksum.Finish(InternetChecksum.Add(bytes.AsSpan(EthernetHeader.Size, Ipv4Header.Size))) == 0, "The IPv4 checksum is wrong.");
        Span<byte> data = bytes.AsSpan(HeaderBytes);
        bool isFirst = (BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(IdOffset + 2)) & 0x1FFF) == 0;
        int skip = isFirst ? UdpHeader.Size : 0;
        Expect.That(data[skip..].SequenceEqual(sent.AsSpan(skip)), "The data changed on its way.");
        if (BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(IdOffset + 2)) == 0)
        {
            Expect.That(Ipv4Header.TryRead(bytes.AsSpan(EthernetHeader.Size), out Ipv4Header ip), "The IPv4 header is damaged.");
            Expect.That(UdpHeader.TryRead(ip, data, ChecksumState.Unknown, out UdpHeader udp), "The UDP checksum is wrong.");
            Expect.Equal((ushort)7, udp.SourcePort, "the source port");
        }

        Echoed++;
        return ValueTask.CompletedTask;
    }
}
