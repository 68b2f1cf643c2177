using System.Numerics;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Boot;

/// <summary>The guest's clock (xen-protocols 1.3, R18).</summary>
internal static class ClockChecks
{
    private static readonly uint[] Multipliers = [1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF];

    public static void AgreesWithModel(IChoice choice)
    {
        using var page = new ClockPage();
        ulong stamp = Words.NearALimit(choice), system = Words.NearALimit(choice);
        page.Time = RandomRecord(choice, stamp, system);
        page.Counter = choice.Next(2) == 0 ? stamp + Words.NearALimit(choice) : Words.NearALimit(choice);
        long actual = page.Clock.GetTimestamp();

        long delta = (long)(page.Counter - stamp);
        BigInteger ticks = delta < 0 ? 0 : delta;
        int shift = page.Time.TscShift;
        ticks = shift < 0 ? ticks >> -shift : ticks << shift;
        BigInteger expected = BigInteger.Min(((ticks * page.Time.TscToSystemMul) >> 32) + system, long.MaxValue);
        Expect.Equal((long)expected, actual, $"nanoseconds, shift {shift}, multiplier 0x{page.Time.TscToSystemMul:x}, delta {delta}, system time {system}");
        BigInteger hertz = (new BigInteger(1_000_000_000) << (32 + 31)) / page.Time.TscToSystemMul >> (31 + shift);
        Expect.Equal(BigInteger.Min(hertz, ulong.MaxValue), page.Clock.TimestampCounterHertz, "ticks in a second");
    }

    public static void NeverGoesBack(IChoice choice)
    {
        using var page = new ClockPage();
        long latest = 0;
        for (int i = 0; i < 60; i++)
        {
            switch (choice.Next(4))
            {
                case 0:
                    page.Time = RandomRecord(choice, (ulong)choice.Next(1 << 20), (ulong)choice.Next(1 << 20));
                    break;
                case 1:
                    page.Time.SystemTime = (ulong)choice.Next(1 << 20);
                    break;
                default:
                    page.Counter = (ulong)choice.Next(1 << 20);
                    break;
            }

            page.Time.Flags = (byte)choice.Next(2);
            long now = page.Clock.GetTimestamp();
            Expect.That(now >= latest, $"The clock went from {latest} back to {now}.");
            latest = now;
            if (choice.Next(8) == 0)
            {
                page.Clock.Resume();
            }
        }
    }

    public static void RecordsAreNotMixed(IChoice choice)
    {
        using var page = new ClockPage();
        // Both records say the same time at the same counter; any mixture of them says another one.
        VcpuTimeInfo[] records =
        [
            new() { TscTimestamp = 1000, SystemTime = 5000, TscToSystemMul = 0x80000000, TscShift = 1 },
            new() { TscTimestamp = 2000, SystemTime = 6000, TscToSystemMul = 0x80000000, TscShift = 1 },
        ];
        page.Time = records[0];
        page.Counter = 3000;
        int changes = choice.Next(20);
        int state = 0;
        page.OnRead = () =>
        {
            if (changes-- <= 0)
            {
                // The writer ends what it began.
                page.Time.Version += page.Time.Version & 1;
                page.Time = records[state & 1] with { Version = page.Time.Version };
                return;
            }

            page.Time.Version |= 1;
            VcpuTimeInfo next = records[++state & 1];
            page.Time.TscTimestamp = next.TscTimestamp;
            if (choice.Next(2) == 0)
            {
                page.Time.SystemTime = next.SystemTime;
                page.Time.Version++;
            }
        };
        // The record may be half written when the reader comes; or the reader sees the version of before and half of the record of after.
        int begun = choice.Next(3);
        if (begun > 0)
        {
            page.Time.Version = (uint)begun & 1;
            page.Time.SystemTime = 123456;
            changes = Math.Max(1, changes);
        }

        long now = page.Clock.GetTimestamp();
        Expect.Equal(7000L, now, "the time, whichever record it is from");
        Expect.Equal(0L, page.Clock.UnreadableCount, "unreadable records");
    }

    public static void EndlessWritersEnd(IChoice choice)
    {
        using var page = new ClockPage();
        page.Time = new VcpuTimeInfo { SystemTime = 5000, TscToSystemMul = 0x80000000 };
        page.Counter = 1000;
        Expect.Equal(5500L, page.Clock.GetTimestamp(), "the time before");
        bool isOdd = choice.Next(2) == 0;
        page.Time.Version = 7;
        page.OnRead = () => page.Time.Version += isOdd ? 0 : 2u;
        page.Counter = 9000;
        Expect.Equal(5500L, page.Clock.GetTimestamp(), "the time meanwhile");
        Expect.Equal(1L, page.Clock.UnreadableCount, "unreadable records");
        page.OnRead = null;
        page.Time.Version = 8;
        Expect.Equal(9500L, page.Clock.GetTimestamp(), "the time after");

        int scale = choice.Next(3);
        page.Time.TscShift = (sbyte)(scale switch { 0 => 32 + choice.Next(96), 1 => -32 - choice.Next(96), _ => 0 });
        page.Time.TscToSystemMul = scale == 2 ? 0 : page.Time.TscToSystemMul;
        page.Counter = ulong.MaxValue / 4;
        Expect.Equal(9500L, page.Clock.GetTimestamp(), "the time by a scale that Xen does not write");
        Expect.Equal(0UL, page.Clock.TimestampCounterHertz, "ticks in a second by a scale that Xen does not write");
        Expect.Equal(3L, page.Clock.UnreadableCount, "unreadable records");
        page.Info.WcVersion = 3;
        Expect.Equal(DateTimeOffset.UnixEpoch.AddTicks(95), page.Clock.GetUtcNow(), "the wall clock, never readable");
    }

    public static void WallClockIsReadAnew(IChoice choice)
    {
        using var page = new ClockPage();
        page.Time = new VcpuTimeInfo { SystemTime = 1_000_000_000, TscToSystemMul = 0x80000000 };
        for (int i = 0; i < 3; i++)
        {
            ulong seconds = choice.Next(2) == 0 ? (ulong)choice.Next(int.MaxValue) : Words.NearALimit(choice);
            page.Info.WcSec = (uint)seconds;
            page.Info.WcSecHi = (uint)(seconds >> 32);
            page.Info.WcNsec = (uint)choice.Next(1_000_000_000);
            page.Info.WcVersion = (page.Info.WcVersion | 1) + 1;
            BigInteger ticks = new BigInteger(seconds) * TimeSpan.TicksPerSecond + (page.Info.WcNsec / 100) + TimeSpan.TicksPerSecond + DateTimeOffset.UnixEpoch.Ticks;
            long expected = (long)BigInteger.Min(ticks, DateTimeOffset.MaxValue.Ticks);
            Expect.Equal(expected, page.Clock.GetUtcNow().Ticks, $"UTC at {seconds} seconds");
            // Xen begins to write the next one.
            page.Info.WcVersion++;
            page.Info.WcSec ^= 1u << choice.Next(32);
            Expect.Equal(expected, page.Clock.GetUtcNow().Ticks, $"UTC at {seconds} seconds, while the next is written");
        }
    }

    // Another host's system time begins elsewhere, and its counter too.
    public static void ResumesGoOn(IChoice choice)
    {
        using var page = new ClockPage();
        long expected = 0;
        for (int i = 1 + choice.Next(4); i > 0; i--)
        {
            ulong host = Words.NearALimit(choice) >> 2;
            page.Counter = Words.NearALimit(choice) >> 1;
            page.Time = new VcpuTimeInfo { TscTimestamp = page.Counter, SystemTime = host, TscToSystemMul = 0x80000000, TscShift = 1 };
            page.Clock.Resume();
            Expect.Equal(expected, page.Clock.GetTimestamp(), "the time after a resume");
            long passed = choice.Next(1 << 20);
            page.Counter += (ulong)passed;
            expected += passed;
            Expect.Equal(expected, page.Clock.GetTimestamp(), "the time after what passed");
            Expect.Equal(host + (ulong)passed, page.Clock.SystemTimeOf(expected), "now, as Xen says it");
            Expect.Equal(ulong.MaxValue, page.Clock.SystemTimeOf(TimerQueue.Never), "never, as Xen says it");
            Expect.Equal(0UL, page.Clock.SystemTimeOf(expected - passed - 1 - (long)host), "before the host, as Xen says it");
        }
    }

    public static void SimulatedClocksAgree(IChoice choice) => SimulationRun.Run(new SimulationOptions { Choice = choice }, async simulation =>
    {
        SimulatedDomain guest = simulation.CreateDomain("guest");
        for (int i = 0; i < 8; i++)
        {
            var delay = TimeSpan.FromMilliseconds(1 + choice.Next(1 << 17));
            DateTimeOffset before = simulation.TimeProvider.GetUtcNow();
            await guest.RunAsync(() => Task.Delay(delay, guest.Clock));
            TimeSpan late = simulation.TimeProvider.GetUtcNow() - before - delay;
            Expect.That(late >= TimeSpan.Zero && late < TimeSpan.FromMilliseconds(1), $"A delay of {delay} ends {late} later.");
            if (choice.Next(3) == 0)
            {
                guest.SuspendAndResume();
            }

            var offset = TimeSpan.FromSeconds(choice.Next(1000) - 500);
            guest.SetTimeOffset(offset);
            Expect.Equal(simulation.TimeProvider.GetTimestamp(), guest.Clock.GetTimestamp(), "nanoseconds");
            Expect.Equal(simulation.TimeProvider.GetUtcNow() + offset, guest.Clock.GetUtcNow(), "UTC");
        }
    });

    private static VcpuTimeInfo RandomRecord(IChoice choice, ulong stamp, ulong system) => new()
    {
        Version = (uint)choice.Next(1 << 20) * 2,
        TscTimestamp = stamp,
        SystemTime = system,
        TscToSystemMul = choice.Next(2) == 0 ? Multipliers[choice.Next(Multipliers.Length)] : 1 + (uint)choice.Next(int.MaxValue),
        TscShift = (sbyte)(choice.Next(63) - 31),
        Flags = (byte)choice.Next(2),
    };
}
