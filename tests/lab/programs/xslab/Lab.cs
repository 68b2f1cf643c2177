using System.Diagnostics;
using Xen.Linux;

namespace Xen.Lab;

/// <summary>Runs checks on this Linux guest and says how each ended.</summary>
internal static class Lab
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongLimit = TimeSpan.FromSeconds(100);

    /// <summary>One check: a name, and a body that returns a detail or throws.</summary>
    internal readonly record struct Check(string Name, Func<LinuxGuest, Task<string>> Body);

    /// <summary>Runs every check, each for a limited time. 0 when all are ok.</summary>
    internal static int Run(IReadOnlyList<Check> checks, LinuxGuestOptions? options = null) =>
        Run(
            checks[0].Name,
            async (guest, run) =>
            {
                foreach (Check check in checks)
                {
                    await run(check);
                }
            },
            options);

    /// <summary>Runs a body that runs checks. 0 when all are ok; what the body itself throws is a failure of the check <paramref name="first"/>.</summary>
    internal static int Run(string first, Func<LinuxGuest, Func<Check, Task>, Task> body, LinuxGuestOptions? options = null)
    {
        int failed = 0;
        try
        {
            LinuxGuest.Run(guest => body(guest, async check => failed += await RunAsync(check, guest) ? 0 : 1), options);
        }
        catch (Exception e)
        {
            System.Console.WriteLine($"LAB {first} fail {OneLine(e)}");
            System.Console.Error.WriteLine(e);
            return 1;
        }

        return failed == 0 ? 0 : 1;
    }

    /// <summary>Runs one body on this Linux guest, for a limited time, and prints its last line, or what went wrong.</summary>
    internal static int RunOne(Func<LinuxGuest, Task<string>> body) =>
        RunHere(() =>
        {
            string detail = "";
            LinuxGuest.Run(async guest => detail = await body(guest).WaitAsync(LongLimit, guest.Scheduler.TimeProvider));
            return detail;
        });

    /// <summary>Takes hold of something, says so in a line of its own, and keeps it until the process is killed.</summary>
    internal static int Hold(Func<LinuxGuest, Task> take) =>
        RunOne(async guest =>
        {
            await take(guest);
            System.Console.WriteLine("held");
            await Task.Delay(LongLimit, guest.Scheduler.TimeProvider);
            return "nobody ended this program";
        });

    /// <summary>Runs one body and prints its last line, or what went wrong.</summary>
    internal static int RunHere(Func<string> body)
    {
        try
        {
            System.Console.WriteLine(body());
            return 0;
        }
        catch (Exception e)
        {
            System.Console.WriteLine(e);
            System.Console.WriteLine(OneLine(e));
            return 1;
        }
    }

    /// <summary>Fails the check unless the condition holds.</summary>
    internal static void Expect(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"expected: {what}");
        }
    }

    /// <summary>Fails the check unless the values are equal.</summary>
    internal static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new InvalidOperationException($"{what}: expected {expected}, found {actual}");
        }
    }

    /// <summary>Waits, for a limited time, until something holds.</summary>
    internal static async Task UntilAsync(LinuxGuest guest, TimeSpan limit, Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Expect(Stopwatch.GetElapsedTime(start) < limit, $"within {limit.TotalSeconds} s: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), guest.Scheduler.TimeProvider);
        }
    }

    /// <summary>Runs a body that must throw.</summary>
    internal static async Task<TException> ThrowsAsync<TException>(Func<Task> body, string what)
        where TException : Exception
    {
        try
        {
            await body();
        }
        catch (TException e)
        {
            return e;
        }

        throw new InvalidOperationException($"{what}: expected {typeof(TException).Name}, nothing was thrown");
    }

    private static async Task<bool> RunAsync(Check check, LinuxGuest guest)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            string detail = await check.Body(guest).WaitAsync(Limit, guest.Scheduler.TimeProvider);
            System.Console.WriteLine($"LAB {check.Name} ok {detail} ({Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms)");
            return true;
        }
        catch (Exception e)
        {
            System.Console.WriteLine($"LAB {check.Name} fail {OneLine(e)}");
            System.Console.Error.WriteLine(e);
            return false;
        }
    }

    private static string OneLine(Exception e) => $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
}
