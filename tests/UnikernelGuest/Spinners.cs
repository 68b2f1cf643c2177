using System.Runtime.CompilerServices;

namespace Xen.UnikernelGuest;

/// <summary>Threads in a loop without a call, until disposed.</summary>
internal sealed class Spinners : IDisposable
{
    private readonly Thread[] _threads;
    private bool _isOver;
    private long _turns;

    public Spinners(int count)
    {
        _threads = [.. Enumerable.Range(0, count).Select(_ => new Thread(Spin) { IsBackground = true })];
        Array.ForEach(_threads, thread => thread.Start());
    }

    public long Turns => Interlocked.Read(ref _turns);

    public void Dispose()
    {
        Volatile.Write(ref _isOver, true);
        Array.ForEach(_threads, thread => thread.Join());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Spin()
    {
        while (!Volatile.Read(ref _isOver))
        {
            _turns++;
        }
    }
}
