using Xen.Platform;

namespace Xen.Floor0.Tests.Platform;

public class WaitSourceTests
{
    private readonly GuestRunQueue _queue = new(TimeProvider.System);

    [Fact]
    public void A_wait_that_suspends_gets_its_result() => _queue.Run(async () =>
    {
        var source = new WaitSource<int>(_queue);
        ValueTask<int> wait = source.WaitAsync();
        Assert.False(wait.IsCompleted);
        _queue.Schedule(static state => ((WaitSource<int>)state!).TrySetResult(7), source);
        Assert.Equal(7, await wait);
    });

    [Fact]
    public void The_first_reason_wins() => _queue.Run(async () =>
    {
        var source = new WaitSource<int>(_queue);
        using var cancellation = new CancellationTokenSource();
        ValueTask<int> wait = source.WaitAsync(cancellation.Token);
        Assert.True(source.TrySetResult(1));
        Assert.False(source.TrySetResult(2));
        Assert.False(source.TrySetException(new IOException()));
        cancellation.Cancel();
        Assert.Equal(1, await wait);
    });

    [Fact]
    public void Cancellation_ends_the_wait_and_the_source_can_be_used_again() => _queue.Run(async () =>
    {
        var source = new WaitSource<int>(_queue);
        using var cancellation = new CancellationTokenSource();
        ValueTask<int> wait = source.WaitAsync(cancellation.Token);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await wait);
        Assert.False(source.TrySetResult(1));
        wait = source.WaitAsync();
        source.TrySetResult(2);
        Assert.Equal(2, await wait);
    });

    [Fact]
    public void Cancellation_from_another_thread_ends_the_wait_on_the_queue() => _queue.Run(async () =>
    {
        var source = new WaitSource<int>(_queue);
        using var cancellation = new CancellationTokenSource();
        ValueTask<int> wait = source.WaitAsync(cancellation.Token);
        var thread = new Thread(cancellation.Cancel);
        thread.Start();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await wait);
        Assert.True(_queue.IsCurrent);
        thread.Join();
    });

    [Fact]
    public void Two_waits_at_once_are_refused() => _queue.Run(async () =>
    {
        var source = new WaitSource<int>(_queue);
        ValueTask<int> wait = source.WaitAsync();
        Assert.Throws<InvalidOperationException>(() => { _ = source.WaitAsync().IsCompleted; });
        source.TrySetResult(0);
        await wait;
    });

    [Fact]
    public void Waits_that_suspend_with_a_cancellable_token_allocate_nothing() => _queue.Run(async () =>
    {
        var source = new WaitSource<int>(_queue);
        using var cancellation = new CancellationTokenSource();
        await SuspendAsync(source, 1_000, cancellation.Token);
        long before = GC.GetAllocatedBytesForCurrentThread();
        await SuspendAsync(source, 100_000, cancellation.Token);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        // The one state machine of SuspendAsync itself; nothing for each wait.
        Assert.InRange(allocated, 0, 1_000);
    });

    private async Task SuspendAsync(WaitSource<int> source, int count, CancellationToken cancellationToken)
    {
        for (int i = 0; i < count; i++)
        {
            _queue.Schedule(static state => ((WaitSource<int>)state!).TrySetResult(1), source);
            await source.WaitAsync(cancellationToken);
        }
    }
}
