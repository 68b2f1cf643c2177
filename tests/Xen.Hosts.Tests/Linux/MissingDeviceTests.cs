using Xen.Linux;
using Xen.Platform;

namespace Xen.Hosts.Tests.Linux;

public class MissingDeviceTests
{
    [Fact]
    public void A_missing_device_says_which_and_what_to_load()
    {
        XenException missing = Assert.Throws<XenException>(() => KernelDevice.Open("/nowhere/evtchn", "load its module: modprobe xen-evtchn"));
        Assert.Equal(XenErrno.ENOENT, missing.ErrorCode);
        Assert.Contains("open /nowhere/evtchn", missing.Message, StringComparison.Ordinal);
        Assert.Contains("modprobe xen-evtchn", missing.Message, StringComparison.Ordinal);
        Assert.Contains("under Xen", missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(XenErrno.EACCES, "root")]
    [InlineData(XenErrno.EPERM, "root")]
    [InlineData(XenErrno.ENXIO, "does not run under Xen")]
    [InlineData(XenErrno.EBUSY, "another program")]
    public void A_refused_device_says_what_to_do(XenErrno error, string hint)
    {
        XenException refused = LinuxErrors.CannotOpen("/dev/xen/evtchn", "load its module", (int)error);
        Assert.Equal(error, refused.ErrorCode);
        Assert.Contains("open /dev/xen/evtchn", refused.Message, StringComparison.Ordinal);
        Assert.Contains(hint, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_no_device_is_refused_by_its_requests()
    {
        using KernelDevice device = KernelDevice.Open("/dev/null", "none");
        Guest.Run((queue, poller) =>
        {
            using var events = new LinuxEventChannels(device, queue, poller);
            XenException refused = Assert.Throws<XenException>(() => events.AllocateUnbound(DomainId.Zero));
            Assert.Equal(XenErrno.ENOTTY, refused.ErrorCode);
            return Task.CompletedTask;
        });
    }
}
