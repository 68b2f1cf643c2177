using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Xen.Rings;

namespace Xen.Floor0.Tests.Rings.Netif;

public class NetifWireTests
{
    [Fact]
    public void Sizes_are_those_of_the_header()
    {
        Assert.Equal(12, Unsafe.SizeOf<NetifTxRequest>());
        Assert.Equal(4, Unsafe.SizeOf<NetifTxResponse>());
        Assert.Equal(8, Unsafe.SizeOf<NetifRxRequest>());
        Assert.Equal(8, Unsafe.SizeOf<NetifRxResponse>());
        Assert.Equal(8, Unsafe.SizeOf<NetifExtraInfo>());
    }

    [Fact]
    public void Extra_info_keeps_its_bytes_in_either_kind_of_slot()
    {
        NetifExtraInfo gso = NetifExtraInfo.Gso(NetifGsoType.TcpV6, 0x1234);
        NetifTxRequest tx = gso.ToTxRequest();
        NetifRxResponse rx = gso.ToRxResponse();
        Assert.Equal(0x1234, NetifExtraInfo.From(in tx).GsoSize);
        Assert.Equal(gso, NetifExtraInfo.From(in rx));
        // xen_netif_extra_info: type 1, flags 0, size, gso type 2, pad, features.
        Assert.Equal([1, 0, 0x34, 0x12, 2, 0, 0, 0], Bytes(gso));
    }

    [Theory]
    [InlineData(NetifExtraType.None, 1, 1, NetifRule.ExtraType)]
    [InlineData((NetifExtraType)6, 1, 1, NetifRule.ExtraType)]
    [InlineData(NetifExtraType.Gso, 0, 1, NetifRule.GsoSize)]
    [InlineData(NetifExtraType.Gso, 1, 0, NetifRule.GsoType)]
    [InlineData(NetifExtraType.Gso, 1, 3, NetifRule.GsoType)]
    [InlineData(NetifExtraType.Gso, 1, 2, NetifRule.None)]
    [InlineData(NetifExtraType.McastDel, 0, 0, NetifRule.None)]
    public void Extra_info_is_checked(NetifExtraType type, byte size, byte gsoType, NetifRule expected)
    {
        NetifExtras extras = default;
        Assert.Equal(expected, extras.Add(new NetifExtraInfo { Type = type, Data0 = size, Data2 = gsoType }).Rule);
    }

    [Fact]
    public void A_chain_is_no_longer_than_there_are_kinds()
    {
        NetifExtras extras = default;
        var hash = new NetifExtraInfo { Type = NetifExtraType.Hash };
        for (int i = 0; i < Xen.Rings.Netif.MaxExtras; i++)
        {
            Assert.False(extras.Add(hash).IsViolation);
        }

        Assert.Equal(NetifRule.ExtraCount, extras.Add(hash).Rule);
    }

    [Theory]
    [InlineData(7, 0, 4096, NetifRule.None, 4096)]
    [InlineData(7, 4096, 0, NetifRule.None, 0)]
    [InlineData(7, 1, 4096, NetifRule.SlotBounds, 0)]
    [InlineData(7, 65535, 1, NetifRule.SlotBounds, 0)]
    [InlineData(7, 0, 32767, NetifRule.SlotBounds, 0)]
    [InlineData(7, 65535, -1, NetifRule.None, 0)]
    [InlineData(8, 0, 60, NetifRule.ResponseId, 0)]
    public void A_received_slot_lies_in_its_page(ushort id, ushort offset, short status, NetifRule rule, int length)
    {
        var response = new NetifRxResponse { Id = id, Offset = offset, Status = status };
        Assert.Equal(rule, NetifRxSlot.Validate(in response, 7, out NetifRxSlot slot).Rule);
        Assert.Equal(length, slot.Length);
        Assert.Equal(status < 0, slot.IsError);
    }

    [Theory]
    [InlineData("68", true)]
    [InlineData("1500", true)]
    [InlineData("65535", true)]
    [InlineData("67", false)]
    [InlineData("65536", false)]
    [InlineData("-1", false)]
    [InlineData("", false)]
    [InlineData("+1500", false)]
    [InlineData(" 1500", false)]
    [InlineData("1500\0", false)]
    [InlineData("99999999999999999999999", false)]
    public void Mtu_has_a_range(string text, bool expected) => Assert.Equal(expected, NetifKeys.TryParseMtu(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Other_numbers_have_theirs()
    {
        Assert.True(NetifKeys.TryParseGrantRef("0"u8, out _));
        Assert.True(NetifKeys.TryParseGrantRef("4294967295"u8, out uint reference));
        Assert.Equal(uint.MaxValue, reference);
        Assert.False(NetifKeys.TryParseGrantRef("4294967296"u8, out _));
        Assert.False(NetifKeys.TryParsePort("0"u8, out _));
        Assert.True(NetifKeys.TryParsePort("1"u8, out _));
        Assert.False(NetifKeys.TryParseQueueCount("0"u8, 4, out _));
        Assert.False(NetifKeys.TryParseQueueCount("5"u8, 4, out _));
        Assert.True(NetifKeys.TryParseQueueCount("4"u8, 4, out int count));
        Assert.Equal(4, count);
        Assert.Equal("queue-3", NetifKeys.Queue(3));
    }

    private static byte[] Bytes(NetifExtraInfo extra) => MemoryMarshal.AsBytes(new ReadOnlySpan<NetifExtraInfo>(in extra)).ToArray();
}
