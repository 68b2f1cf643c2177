using Xen.Platform;

namespace Xen.Floor0.Tests.Platform;

public class GuestRunQueueTests
{
    [Fact]
    public void Everything_awaited_comes_back_to_the_pump()
    {
        var queue = new GuestRunQueue(TimeProvider.System);
        var seen = new List<bool>();
        queue.Run(async () =>
        {
            seen.Add(queue.IsCurrent);
            await Task.Yield();
            seen.Add(queue.IsCurrent);
            await Task.Delay(TimeSpan.FromMilliseconds(1), queue.TimeProvider);
            seen.Add(queue.IsCurrent);
        });
        Assert.Equal([true, true, true], seen);
        Assert.False(queue.IsCurrent);
    }

    [Fact]
    public void The_main_tasks_exception_comes_out()
    {
        var queue = new GuestRunQueue(TimeProvider.System);
        Assert.Throws<TimeZoneNotFoundException>(() => queue.Run(async () =>
        {
            await Task.Yield();
            throw new TimeZoneNotFoundException();
        }));
    }
}
