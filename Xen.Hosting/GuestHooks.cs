using Microsoft.Extensions.Logging;
using Xen.Platform;

namespace Xen.Hosting;

/// <summary>
/// What a program asks to be run around every event dispatch and at the end. Each kind runs last-in first-out.
/// Enter and leave hooks bracket every dispatch, also one that only a timer caused; what they throw is not caught.
/// </summary>
public sealed class GuestHooks : IDispatchObserver
{
    private readonly List<Action> _enter = [];
    private readonly List<Action> _leave = [];
    private readonly List<Func<CancellationToken, ValueTask>> _exit = [];
    private bool _isExiting;

    /// <summary>Runs an action before each event dispatch.</summary>
    /// <param name="action">Short and synchronous. One that is added by a hook runs from the next dispatch on.</param>
    /// <returns>Disposing it takes the hook away.</returns>
    public IDisposable OnEnter(Action action) => Add(_enter, action);

    /// <summary>Runs an action after each event dispatch.</summary>
    /// <param name="action">Short and synchronous. One that is added by a hook runs from the next dispatch on.</param>
    /// <returns>Disposing it takes the hook away.</returns>
    public IDisposable OnLeave(Action action) => Add(_leave, action);

    /// <summary>Runs an action when the main task has ended, on the live guest: its devices still work.</summary>
    /// <param name="action">Gets a token that ends with the deadline. What it throws is logged; the next hook runs all the same.</param>
    /// <returns>Disposing it takes the hook away.</returns>
    /// <exception cref="InvalidOperationException">The exit hooks are running: hooks that add hooks would never end.</exception>
    public IDisposable OnExit(Func<CancellationToken, ValueTask> action) => _isExiting
        ? throw new InvalidOperationException("The guest is ending: an exit hook cannot be added any more.")
        : Add(_exit, action);

    void IDispatchObserver.Entering() => RunAll(_enter);

    void IDispatchObserver.Leaving() => RunAll(_leave);

    /// <summary>Runs the exit hooks, last-in first-out, within a deadline for all of them together.</summary>
    internal async Task RunExitHooksAsync(TimeProvider timeProvider, TimeSpan deadline, ILogger logger)
    {
        _isExiting = true;
        using var expired = new CancellationTokenSource(deadline, timeProvider);
        while (_exit.Count > 0)
        {
            Func<CancellationToken, ValueTask> hook = _exit[^1];
            _exit.RemoveAt(_exit.Count - 1);
            await RunExitHookAsync(hook, logger, expired.Token);
        }
    }

    private static async Task RunExitHookAsync(Func<CancellationToken, ValueTask> hook, ILogger logger, CancellationToken expired)
    {
        try
        {
            await hook(expired).AsTask().WaitAsync(expired);
        }
        catch (OperationCanceledException) when (expired.IsCancellationRequested)
        {
            Log.ExitHookLate(logger);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The stated policy of exit hooks: one that fails does not keep the others from cleaning up.
            Log.ExitHookFailed(logger, exception);
        }
    }

    private static void RunAll(List<Action> hooks)
    {
        // Downwards: last-in first-out, and a hook that a hook adds waits for the next dispatch.
        for (int i = hooks.Count - 1; i >= 0; i--)
        {
            if (i < hooks.Count)
            {
                hooks[i]();
            }
        }
    }

    private static Registration<T> Add<T>(List<T> hooks, T hook)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(hook);
        hooks.Add(hook);
        return new Registration<T>(hooks, hook);
    }

    private sealed class Registration<T>(List<T> hooks, T hook) : IDisposable
        where T : class
    {
        private bool _removed;

        public void Dispose()
        {
            if (!_removed)
            {
                _removed = true;
                hooks.Remove(hook);
            }
        }
    }
}
