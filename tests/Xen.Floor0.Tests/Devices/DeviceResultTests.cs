using Xen.Devices;

namespace Xen.Floor0.Tests.Devices;

public class DeviceResultTests
{
    [Fact]
    public void The_default_is_success() => Assert.True(default(DeviceResult).IsSuccess);

    [Fact]
    public void A_failure_throws_and_says_what()
    {
        var error = Assert.Throws<IOException>(() => new DeviceResult(DeviceStatus.OutOfRange, 2048).ThrowIfFailed());
        Assert.Contains("OutOfRange (2048)", error.Message, StringComparison.Ordinal);
    }
}
