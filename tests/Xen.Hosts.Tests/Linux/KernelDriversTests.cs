using Xen.Linux;
using Xen.Platform;

namespace Xen.Hosts.Tests.Linux;

public sealed class KernelDriversTests : IDisposable
{
    private readonly string _sysfs = Directory.CreateTempSubdirectory("sysfs").FullName;

    public KernelDriversTests()
    {
        Directory.CreateDirectory($"{_sysfs}/bus/xen/devices/vbd-51712");
        Directory.CreateDirectory($"{_sysfs}/bus/xen/devices/vif-0");
        Directory.CreateDirectory($"{_sysfs}/bus/xen/drivers/vbd");
        Directory.CreateSymbolicLink($"{_sysfs}/bus/xen/devices/vbd-51712/driver", $"{_sysfs}/bus/xen/drivers/vbd");
    }

    public void Dispose() => Directory.Delete(_sysfs, recursive: true);

    [Theory]
    [InlineData("device/vbd/51712")]
    [InlineData("/local/domain/7/device/vbd/51712")]
    public void A_device_that_a_kernel_driver_has_is_refused_by_name(string path)
    {
        XenException held = Assert.Throws<XenException>(() => KernelDrivers.ThrowIfHeld(path, _sysfs));
        Assert.Equal(XenErrno.EBUSY, held.ErrorCode);
        Assert.Contains(path, held.Message, StringComparison.Ordinal);
        Assert.Contains("driver 'vbd'", held.Message, StringComparison.Ordinal);
        Assert.Contains($"echo vbd-51712 > {_sysfs}/bus/xen/drivers/vbd/unbind", held.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("device/vif/0")]
    [InlineData("device/vbd/51728")]
    [InlineData("/local/domain/0/xsdevice/vbd/51712")]
    [InlineData("/local/domain/7")]
    [InlineData("")]
    public void A_device_that_no_driver_has_is_free(string path) => KernelDrivers.ThrowIfHeld(path, _sysfs);
}
