using Xen.Devices;

namespace Xen.Floor0.Tests.Devices;

public class MacAddressTests
{
    [Fact]
    public void Text_and_bytes_agree()
    {
        Assert.True(MacAddress.TryParse("00:16:3e:AB:cd:ef", out MacAddress address));
        Assert.Equal(0x00163EABCDEFul, address.Value);
        Assert.Equal("00:16:3e:ab:cd:ef", address.ToString());
        byte[] bytes = new byte[MacAddress.Size];
        address.Write(bytes);
        Assert.Equal([0x00, 0x16, 0x3E, 0xAB, 0xCD, 0xEF], bytes);
        Assert.Equal(address, MacAddress.Read(bytes));
        Assert.False(address.IsMulticast);
        Assert.True(MacAddress.Broadcast.IsMulticast);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00:16:3e:ab:cd")]
    [InlineData("00:16:3e:ab:cd:ef:00")]
    [InlineData("00-16-3e-ab-cd-ef")]
    [InlineData(" 0:16:3e:ab:cd:ef")]
    [InlineData("0g:16:3e:ab:cd:ef")]
    [InlineData("00:16:3e:ab:cd:e\0")]
    [InlineData("+0:16:3e:ab:cd:ef")]
    public void Anything_else_is_refused(string text) => Assert.False(MacAddress.TryParse(text, out _));
}
