using System.Runtime.CompilerServices;

namespace Xen.UnikernelGuest;

/// <summary>Threads that wait until they are told, and then use so many pages of their stacks, all at once.</summary>
internal sealed unsafe class DeepThreads
{
    private const int PageBytes = 4096;

    private readonly Thread[] _threads;
    private readonly int _pages;
    private int _waiting;
    private int _deep;
    private bool _isTold;
    private bool _isOver;

    public DeepThreads(int count, int pages)
    {
        _pages = pages;
        _threads = [.. Enumerable.Range(0, count).Select(_ => new Thread(Run))];
        Array.ForEach(_threads, thread => thread.Start());
        Await(ref _waiting);
    }

    /// <summary>Returns when all are as deep as they should be.</summary>
    public void Go()
    {
        Volatile.Write(ref _isTold, true);
        Await(ref _deep);
    }

    public void End()
    {
        Volatile.Write(ref _isOver, true);
        Array.ForEach(_threads, thread => thread.Join());
    }

    private void Await(ref int count)
    {
        while (Volatile.Read(ref count) < _threads.Length)
        {
            Thread.Sleep(1);
        }
    }

    private void Run()
    {
        Interlocked.Increment(ref _waiting);
        while (!Volatile.Read(ref _isTold))
        {
            Thread.Sleep(1);
        }

        Use(_pages);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Use(int pages)
    {
        byte* page = stackalloc byte[PageBytes];
        page[0] = (byte)pages;
        if (pages > 1)
        {
            return Use(pages - 1) + page[0];
        }

        Interlocked.Increment(ref _deep);
        while (!Volatile.Read(ref _isOver))
        {
            Thread.Sleep(1);
        }

        return page[0];
    }
}
