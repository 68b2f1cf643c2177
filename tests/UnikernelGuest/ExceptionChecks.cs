using System.Runtime.CompilerServices;
using static Xen.UnikernelGuest.CheckRunner;

namespace Xen.UnikernelGuest;

/// <summary>Exceptions: thrown by code, and made of the processor's traps.</summary>
internal static class ExceptionChecks
{
    public static readonly (string, Action)[] All =
    [
        ("exception-deep", Deep),
        ("exception-null", Null),
        ("exception-divide", Divide),
        ("exception-bounds", Bounds),
        ("exception-in-threads", InThreads),
        ("exception-trace", Trace),
        ("exception-filter-and-finally", FilterAndFinally),
    ];

    private static void Deep()
    {
        for (int depth = 1; depth <= 200; depth += 50)
        {
            int caught = Throws(depth);
            Require(caught == depth, $"an exception from depth {depth}, not {caught}");
        }
    }

    private static int Throws(int depth)
    {
        try
        {
            Descend(depth);
            return 0;
        }
        catch (InvalidOperationException exception)
        {
            return (int)exception.Data["depth"]!;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Descend(int depth, int at = 0)
    {
        if (at == depth)
        {
            throw new InvalidOperationException("at the bottom") { Data = { ["depth"] = depth } };
        }

        return Descend(depth, at + 1) + 1;
    }

    private static void Null()
    {
        for (int i = 0; i < 100; i++)
        {
            Require(Catches<NullReferenceException>(() => LengthOf(null)), "NullReferenceException");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LengthOf(int[]? array) => array!.Length;

    private static void Divide()
    {
        for (int i = 0; i < 100; i++)
        {
            Require(Catches<DivideByZeroException>(() => Quotient(i, 0)), "DivideByZeroException");
            Require(Catches<OverflowException>(() => Quotient(int.MinValue, -1)), "OverflowException");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Quotient(int a, int b) => a / b;

    private static void Bounds()
    {
        int[] array = new int[4];
        Require(Catches<IndexOutOfRangeException>(() => array[Quotient(8, 2)] = 1), "IndexOutOfRangeException");
        Require(Catches<InvalidCastException>(() => _ = (string)(object)array), "InvalidCastException");
    }

    // A trap while others are preempted: the context that the handler sees is that thread's.
    private static void InThreads()
    {
        int caught = 0;
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 50; i++)
            {
                if (Catches<NullReferenceException>(() => LengthOf(null)) && Catches<DivideByZeroException>(() => Quotient(i, 0)))
                {
                    Interlocked.Increment(ref caught);
                }
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Require(caught == 400, $"400 caught, not {caught}");
    }

    private static void Trace()
    {
        try
        {
            Descend(3);
        }
        catch (InvalidOperationException exception)
        {
            Require(exception.StackTrace!.Split(nameof(Descend)).Length > 3, $"names of methods in {exception.StackTrace}");
        }
    }

    private static void FilterAndFinally()
    {
        var order = new List<string>();
        try
        {
            try
            {
                LengthOf(null);
            }
            finally
            {
                order.Add("finally");
            }
        }
        catch (NullReferenceException) when (Note(order))
        {
            order.Add("catch");
        }

        Require(string.Join(' ', order) == "filter finally catch", $"filter finally catch, not {string.Join(' ', order)}");
    }

    private static bool Note(List<string> order)
    {
        order.Add("filter");
        return true;
    }

    private static bool Catches<T>(Action action)
        where T : Exception
    {
        try
        {
            action();
            return false;
        }
        catch (T)
        {
            return true;
        }
    }
}
