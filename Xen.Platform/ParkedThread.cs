namespace Xen.Platform;

/// <summary>The driver of a run queue on a host with threads, where all that comes from outside is queued by another thread: the pump sleeps until then.</summary>
internal sealed class ParkedThread : IRunQueueDriver
{
    private readonly object _gate = new();
    private bool _isWoken;

    public void Poll()
    {
        // Nothing comes that is not queued.
    }

    public void Sleep()
    {
        lock (_gate)
        {
            while (!_isWoken)
            {
                Monitor.Wait(_gate);
            }

            _isWoken = false;
        }
    }

    public void Wake()
    {
        lock (_gate)
        {
            _isWoken = true;
            Monitor.Pulse(_gate);
        }
    }
}
