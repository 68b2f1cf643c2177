using System.Runtime.CompilerServices;

namespace Xen.UnikernelGuest;

/// <summary>A thread beside another one's work, in a loop until disposed: it counts in how many milliseconds it ran.</summary>
internal sealed class Beside : IDisposable
{
    private readonly Thread _thread;
    private bool _isOver;
    private int _milliseconds;

    public Beside()
    {
        _thread = new Thread(Spin) { IsBackground = true };
        _thread.Start();
    }

    public int Milliseconds => Volatile.Read(ref _milliseconds);

    public void Dispose()
    {
        Volatile.Write(ref _isOver, true);
        _thread.Join();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Spin()
    {
        for (long last = 0; !Volatile.Read(ref _isOver);)
        {
            long now = Environment.TickCount64;
            _milliseconds += now != last ? 1 : 0;
            last = now;
        }
    }
}
