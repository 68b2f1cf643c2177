using Xen.Platform;
using Xen.Simulation.Choices;

namespace Xen.Checks.Boot;

/// <summary>A host's timers, against a plain list.</summary>
internal static class TimerChecks
{
    public static void AgreesWithModel(IChoice choice)
    {
        var pump = new TimerPump();
        var queue = new TimerQueue(pump);
        var fired = new List<int>();
        var timers = new ITimer[1 + choice.Next(12)];
        long[] due = new long[timers.Length], period = new long[timers.Length], order = new long[timers.Length];
        long sequence = 0;
        due.AsSpan().Fill(TimerQueue.Never);
        for (int i = 0; i < timers.Length; i++)
        {
            int number = i;
            timers[i] = queue.CreateTimer(null, _ => fired.Add(number), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        for (int step = 0; step < 40; step++)
        {
            int which = choice.Next(timers.Length);
            switch (choice.Next(4))
            {
                case 0 or 1:
                    int delay = choice.Next(50), every = choice.Next(3) == 0 ? 1 + choice.Next(20) : 0;
                    bool isSet = timers[which].Change(TimeSpan.FromTicks(delay), TimeSpan.FromTicks(every));
                    Expect.Equal(period[which] >= 0, isSet, "a timer can be set");
                    if (isSet)
                    {
                        (due[which], period[which], order[which]) = (pump.NowNanoseconds + (delay * 100), every * 100, ++sequence);
                    }

                    break;
                case 2 when choice.Next(4) == 0:
                    timers[which].Dispose();
                    (due[which], period[which]) = (TimerQueue.Never, -1);
                    break;
                default:
                    pump.NowNanoseconds += choice.Next(3000);
                    fired.Clear();
                    int count = queue.RunDue(pump.NowNanoseconds);
                    int[] expected = [.. Enumerable.Range(0, due.Length).Where(i => due[i] <= pump.NowNanoseconds).OrderBy(i => due[i]).ThenBy(i => order[i])];
                    Expect.That(fired.SequenceEqual(expected), $"Fired {string.Join(' ', fired)}, expected {string.Join(' ', expected)}.");
                    Expect.Equal(expected.Length, count, "how many fired");
                    foreach (int i in expected)
                    {
                        long beats = period[i] > 0 ? ((pump.NowNanoseconds - due[i]) / period[i]) + 1 : 0;
                        (due[i], order[i]) = (period[i] > 0 ? due[i] + (beats * period[i]) : TimerQueue.Never, ++sequence);
                    }

                    break;
            }

            Expect.Equal(due.Min(), queue.NextDueNanoseconds, "when the next is due");
            Expect.That(pump.SleepsUntil <= queue.NextDueNanoseconds, $"The pump sleeps until {pump.SleepsUntil}, the next is due at {queue.NextDueNanoseconds}.");
            // A pump looks when it is told to, and after each run.
            pump.SleepsUntil = queue.NextDueNanoseconds;
        }
    }
}
