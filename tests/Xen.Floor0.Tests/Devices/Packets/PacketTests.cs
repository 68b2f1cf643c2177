using System.Net;
using FsCheck;
using FsCheck.Xunit;
using Xen.Devices;
using Xen.Devices.Packets;

namespace Xen.Floor0.Tests.Devices.Packets;

public class PacketTests
{
    [Fact]
    public void The_checksum_of_a_known_header_is_right()
    {
        // A header whose checksum, 0xB861, is worked out in many textbooks.
        byte[] header = Convert.FromHexString("45000073000040004011B861C0A80001C0A800C7");
        Assert.Equal(0, InternetChecksum.Finish(InternetChecksum.Add(header)));
        header[10] = header[11] = 0;
        Assert.Equal(0xB861, InternetChecksum.Finish(InternetChecksum.Add(header)));
    }

    [Property]
    public void The_checksum_is_the_sum_of_big_endian_words(byte[] bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += (uint)bytes[i] << (i % 2 == 0 ? 8 : 0);
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        Assert.Equal((ushort)~sum, InternetChecksum.Finish(InternetChecksum.Add(bytes)));
    }

    [Property]
    public void A_datagram_reads_back_and_one_flipped_bit_is_seen(byte[] data, ushort from, ushort to, NonNegativeInt flip)
    {
        byte[] datagram = new byte[UdpHeader.Size + data.Length];
        data.CopyTo(datagram, UdpHeader.Size);
        var ip = new Ipv4Header(Ipv4Address.From(IPAddress.Parse("10.0.0.1")), Ipv4Address.From(IPAddress.Parse("10.0.0.2")), Ipv4Header.Udp, datagram.Length);
        new UdpHeader(from, to).Write(ip, datagram);
        Assert.True(UdpHeader.TryRead(ip, datagram, ChecksumState.Unknown, out UdpHeader header));
        Assert.Equal(new UdpHeader(from, to), header);

        int bit = flip.Get % (datagram.Length * 8);
        datagram[bit / 8] ^= (byte)(1 << (bit % 8));
        bool isChecksumGone = datagram[6] == 0 && datagram[7] == 0;
        Assert.True(isChecksumGone || !UdpHeader.TryRead(ip, datagram, ChecksumState.Unknown, out _));
    }

    [Property]
    public void No_bytes_make_a_reader_throw(byte[] bytes)
    {
        EthernetHeader.TryRead(bytes, out _);
        ArpPacket.TryRead(bytes, out _);
        Ipv4Header.TryRead(bytes, out Ipv4Header ip);
        IcmpEcho.TryRead(bytes, out _);
        UdpHeader.TryRead(ip, bytes, ChecksumState.Unknown, out _);
    }

    [Fact]
    public void An_arp_packet_reads_back()
    {
        var arp = new ArpPacket(
            ArpPacket.Reply, new MacAddress(0x00163E000001), new Ipv4Address(0x0A000001), new MacAddress(0x00163E000002), new Ipv4Address(0x0A000002));
        byte[] bytes = new byte[ArpPacket.Size];
        arp.Write(bytes);
        Assert.True(ArpPacket.TryRead(bytes, out ArpPacket read));
        Assert.Equal(arp, read);
        Assert.Equal("10.0.0.1", read.SenderAddress.ToString());
    }

    [Fact]
    public void A_fragment_a_short_packet_and_a_wrong_length_are_refused()
    {
        byte[] packet = new byte[40];
        new Ipv4Header(new Ipv4Address(1), new Ipv4Address(2), Ipv4Header.Udp, 20).Write(packet);
        Assert.True(Ipv4Header.TryRead(packet, out _));
        Assert.False(Ipv4Header.TryRead(packet.AsSpan(0, 39), out _));
        packet[6] = 0x20;
        Assert.False(Ipv4Header.TryRead(packet, out _));
    }
}
