using Xen.Platform;
using Xen.Simulation.Choices;

namespace Xen.Checks.Boot;

/// <summary>A host's timers whose callbacks change timers; very many of them; very late ones.</summary>
internal static class TimerCallbackChecks
{
    public static void CallbacksChangeTimers(IChoice choice)
    {
        var pump = new TimerPump { NowNanoseconds = 1000 };
        var queue = new TimerQueue(pump);
        int own = 0, other = 0;
        ITimer? disposed = null;
        ITimer again = null!;
        again = queue.CreateTimer(
            null,
            _ =>
            {
                own++;
                again.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
                disposed?.Dispose();
            },
            null,
            TimeSpan.Zero,
            Timeout.InfiniteTimeSpan);
        // Set later, due at the same time or with a period: the first one's callback ends it.
        disposed = queue.CreateTimer(null, _ => other++, null, TimeSpan.Zero, TimeSpan.FromTicks(choice.Next(3)));
        int turns = 1 + choice.Next(5);
        for (int i = 0; i < turns; i++)
        {
            Expect.Equal(1, queue.RunDue(pump.NowNanoseconds), "timers of a turn");
        }

        Expect.Equal((turns, 0), (own, other), "calls of the one that is set anew, and of the one that was disposed");
        Expect.Equal(false, disposed.Change(TimeSpan.Zero, TimeSpan.Zero), "a disposed timer can be set");
        Expect.Equal(pump.NowNanoseconds, queue.NextDueNanoseconds, "when the next is due");
    }

    // A callback that is queued already when its timer is disposed is not called.
    public static void QueuedCallbacksEndWithTheirTimer(IChoice choice)
    {
        var pump = new TimerPump();
        var queue = new TimerQueue(pump);
        var scheduler = new QueuedWork();
        int calls = 0;
        ITimer timer = queue.CreateTimer(scheduler, _ => calls++, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        Expect.Equal(1, queue.RunDue(pump.NowNanoseconds), "timers that fire");
        Expect.Equal(0, calls, "calls before the scheduler's turn");
        bool isDisposed = choice.Next(2) == 0;
        if (isDisposed)
        {
            timer.Dispose();
        }

        scheduler.RunAll();
        Expect.Equal(isDisposed ? 0 : 1, calls, "calls");
    }

    public static void ManyFireInOrder(IChoice choice)
    {
        var pump = new TimerPump();
        var queue = new TimerQueue(pump);
        var fired = new List<int>();
        int[] due = new int[1 + choice.Next(300)];
        for (int i = 0; i < due.Length; i++)
        {
            int number = i;
            due[i] = choice.Next(40);
            queue.CreateTimer(null, _ => fired.Add(number), null, TimeSpan.FromTicks(due[i]), Timeout.InfiniteTimeSpan);
        }

        pump.NowNanoseconds = 2000;
        int ready = due.Count(static each => each <= 20);
        for (int i = 0; i < ready; i++)
        {
            Expect.Equal(true, queue.RunFirst(pump.NowNanoseconds), "one is due");
            Expect.Equal(i + 1, fired.Count, "timers that fired");
        }

        Expect.Equal(false, queue.RunFirst(pump.NowNanoseconds), "one more is due");
        Expect.Equal(due.Length - ready, queue.RunDue(long.MaxValue - 1), "timers of the last turn");
        Expect.That(fired.SequenceEqual(Enumerable.Range(0, due.Length).OrderBy(i => due[i])), $"The order was {string.Join(' ', fired)}.");
    }

    // Times beyond what nanoseconds can say are never; a period that reaches there fires once.
    public static void FarTimesAreNever(IChoice choice)
    {
        var pump = new TimerPump { NowNanoseconds = (long)(Words.NearALimit(choice) & long.MaxValue) / 2 };
        var queue = new TimerQueue(pump);
        int calls = 0;
        TimeSpan far = choice.Next(4) switch
        {
            0 => TimeSpan.MaxValue,
            1 => TimeSpan.FromTicks((long.MaxValue / 100) + 1),
            // A little more than 2^64 nanoseconds.
            2 => TimeSpan.FromTicks((long)((ulong.MaxValue / 100) + 1)),
            _ => TimeSpan.FromTicks(long.MaxValue / 100),
        };
        ITimer late = queue.CreateTimer(null, _ => calls++, null, far, Timeout.InfiniteTimeSpan);
        Expect.That(queue.NextDueNanoseconds >= long.MaxValue - 100, $"A timer of {far} is due at {queue.NextDueNanoseconds}.");
        late.Dispose();
        ITimer periodic = queue.CreateTimer(null, _ => calls++, null, TimeSpan.Zero, far);
        Expect.Equal(1, queue.RunDue(pump.NowNanoseconds), "timers that fire");
        Expect.Equal(0, queue.RunDue(long.MaxValue - 200), "timers that fire later");
        Expect.Equal(1, calls, "calls");
        ExpectRefusal(periodic, TimeSpan.FromTicks(-1), TimeSpan.Zero);
        ExpectRefusal(periodic, TimeSpan.Zero, TimeSpan.FromMilliseconds(-2));
        ExpectRefusal(periodic, TimeSpan.MinValue, TimeSpan.Zero);
    }

    private static void ExpectRefusal(ITimer timer, TimeSpan due, TimeSpan period)
    {
        try
        {
            timer.Change(due, period);
        }
        catch (ArgumentOutOfRangeException)
        {
            return;
        }

        throw new CheckFailedException($"A timer took {due} and {period}.");
    }
}
