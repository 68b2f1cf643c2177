using Microsoft.Extensions.Logging.Abstractions;
using Xen.Hosting;
using Xen.Platform;

namespace Xen.Hosts.Tests.Hosting;

public class GuestHooksTests
{
    private readonly GuestRunQueue _queue = new(TimeProvider.System);
    private readonly GuestHooks _hooks = new();
    private readonly List<string> _seen = [];

    [Fact]
    public void Exit_hooks_run_last_in_first_out_and_a_failing_one_does_not_stop_the_others()
    {
        _hooks.OnExit(_ => Note("first"));
        _hooks.OnExit(_ => throw new InvalidDataException());
        _hooks.OnExit(async _ =>
        {
            await Task.Yield();
            _seen.Add("last");
        });
        RunExitHooks(TimeSpan.FromSeconds(10));
        Assert.Equal(["last", "first"], _seen);
    }

    [Fact]
    public void An_exit_hook_that_hangs_ends_with_the_deadline()
    {
        _hooks.OnExit(_ => new ValueTask(new TaskCompletionSource().Task));
        RunExitHooks(TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public void Out_of_memory_comes_through()
    {
        _hooks.OnExit(_ => throw new InsufficientMemoryException());
        Assert.Throws<InsufficientMemoryException>(() => RunExitHooks(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Enter_and_leave_bracket_every_dispatch()
    {
        _queue.DispatchObserver = _hooks;
        using (_hooks.OnEnter(() => _seen.Add("enter 1")))
        using (_hooks.OnEnter(() => _seen.Add("enter 2")))
        using (_hooks.OnLeave(() => _seen.Add("leave")))
        {
            _queue.Run(async () =>
            {
                await Task.Yield();
                _seen.Add("work");
                await Task.Delay(TimeSpan.FromMilliseconds(1), _queue.TimeProvider);
                _seen.Add("timer");
            });
        }

        string[] turns = string.Join(' ', _seen).Split("leave", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.All(turns, turn => Assert.StartsWith("enter 2 enter 1", turn, StringComparison.Ordinal));
        Assert.Contains("enter 2 enter 1 work", turns);
        Assert.Contains(turns, turn => turn.EndsWith("timer", StringComparison.Ordinal));
        _seen.Clear();
        _queue.Run(async () => await Task.Yield());
        Assert.Empty(_seen);
    }

    [Fact]
    public void What_an_enter_hook_throws_is_not_caught()
    {
        _queue.DispatchObserver = _hooks;
        _hooks.OnEnter(() => throw new InvalidDataException());
        Assert.Throws<InvalidDataException>(() => _queue.Run(async () => await Task.Yield()));
    }

    private ValueTask Note(string text)
    {
        _seen.Add(text);
        return default;
    }

    private void RunExitHooks(TimeSpan deadline) =>
        _queue.Run(() => _hooks.RunExitHooksAsync(_queue.TimeProvider, deadline, NullLogger.Instance));
}
