using Xen.Platform;

namespace Xen.Checks.Boot;

/// <summary>A host whose events happen while its thread looks or sleeps. A sleep that nothing would ever end fails the check.</summary>
internal sealed class RunQueueDriver(Func<bool> tryHappen) : IRunQueueDriver
{
    private bool _isWoken;

    public int Wakes { get; private set; }

    public int Polls { get; private set; }

    /// <summary>What happens while the thread looks.</summary>
    public Action? OnPoll { get; set; }

    public void Poll()
    {
        Polls++;
        OnPoll?.Invoke();
    }

    public void Sleep()
    {
        while (!_isWoken)
        {
            Expect.That(tryHappen(), "The queue sleeps for ever.");
        }

        _isWoken = false;
    }

    /// <summary>Ends the sleep as an interrupt does: nothing is queued before the thread looks.</summary>
    public void Interrupt() => _isWoken = true;

    public void Wake()
    {
        Wakes++;
        _isWoken = true;
    }
}
