using System.Runtime.CompilerServices;
using Xen.Platform;
using Xen.Simulation.Choices;

namespace Xen.Checks.Boot;

/// <summary>Waits, one after the other, on a source that everything may end: against a model of three states.</summary>
internal static class WaitSourceChecks
{
    public static void FirstReasonWins(IChoice choice)
    {
        var program = new Program(choice);
        for (int i = 0; i < 60; i++)
        {
            program.Step();
        }
    }

    private sealed class Program
    {
        private readonly IChoice _choice;
        private readonly QueuedWork _scheduler = new();
        private readonly WaitSource<int> _source;
        private readonly List<CancellationTokenSource?> _cancellations = [];
        private ValueTask<int> _wait, _before;
        private bool _isPending, _isCompleted, _isAwaited, _isCancelling;
        private int _waits, _continued, _result;
        // What the wait that is completed must give: a number, or an exception's type.
        private object _outcome = 0;

        public Program(IChoice choice)
        {
            _choice = choice;
            _source = new WaitSource<int>(_scheduler);
        }

        private bool IsIdle => !_isPending && !_isCompleted;

        public void Step()
        {
            switch (_choice.Next(8))
            {
                case 0 or 1 when IsIdle:
                    Begin();
                    break;
                case 0:
                    Expect.Equal(!IsIdle, Refuses(() => _source.WaitAsync().AsTask()), "a second wait at once is refused");
                    break;
                case 2:
                    End(_source.TrySetResult(++_result), _result);
                    break;
                case 3:
                    End(_source.TrySetException(new TimeZoneNotFoundException()), typeof(TimeZoneNotFoundException));
                    break;
                case 4:
                    Cancel();
                    break;
                case 5 when !IsIdle:
                    Await();
                    break;
                case 6:
                    RunQueue();
                    break;
                case 7 when _isCompleted && (!_isAwaited || _continued == 1):
                    Take();
                    break;
                case 7 when _waits > 1:
                    ExpectStale(_before);
                    break;
                default:
                    break;
            }

            Expect.Equal((IsIdle, _isPending), (_source.IsIdle, _source.IsPending), "the source's state");
            Expect.That(IsIdle || _wait.IsCompleted == _isCompleted, "The wait is completed when it has an outcome.");
        }

        private void Begin()
        {
            CancellationTokenSource? cancellation = _choice.Next(3) > 0 ? new CancellationTokenSource() : null;
            bool isCancelled = cancellation is not null && _choice.Next(6) == 0;
            if (isCancelled)
            {
                cancellation!.Cancel();
            }

            _cancellations.Add(cancellation);
            _before = _wait;
#pragma warning disable CA2012 // What becomes of a wait that is kept too long is what is looked at.
            _wait = _source.WaitAsync(cancellation?.Token ?? default);
#pragma warning restore CA2012
            (_waits, _continued, _isAwaited, _isPending, _isCancelling) = (_waits + 1, 0, false, true, false);
            if (isCancelled)
            {
                Complete(typeof(OperationCanceledException));
            }
        }

        private void End(bool hasEnded, object outcome)
        {
            Expect.Equal(_isPending, hasEnded, "a wait ends for the first reason alone");
            if (hasEnded)
            {
                Complete(outcome);
            }
        }

        // Of this wait or of an earlier one, here or from another thread: then the queue brings it.
        private void Cancel()
        {
            if (_cancellations.Count > 0)
            {
                _scheduler.IsCurrent = _choice.Next(2) == 0;
                CancellationTokenSource? chosen = _cancellations[Math.Max(0, _cancellations.Count - 1 - _choice.Next(2))];
                bool isMine = _isPending && chosen is { IsCancellationRequested: false } && chosen == _cancellations[^1];
                chosen?.Cancel();
                if (isMine && _scheduler.IsCurrent)
                {
                    Complete(typeof(OperationCanceledException));
                }

                _isCancelling |= isMine && !_scheduler.IsCurrent;
                _scheduler.IsCurrent = true;
            }
        }

        private void Await()
        {
            ValueTaskAwaiter<int> awaiter = _wait.GetAwaiter();
            if (_isAwaited && _continued == 0)
            {
                Expect.Equal(true, Refuses(() => awaiter.UnsafeOnCompleted(static () => { })), "a second awaiter is refused");
            }
            else if (!_isAwaited)
            {
                _isAwaited = true;
                int number = _waits;
                awaiter.UnsafeOnCompleted(() =>
                {
                    Expect.Equal((_waits, true), (number, _isCompleted || _isPending), "the wait that goes on");
                    _continued++;
                });
                Expect.Equal(0, _continued, "continuations that ran inside the await");
            }
        }

        private void RunQueue()
        {
            if (_isPending && _isCancelling)
            {
                Complete(typeof(OperationCanceledException));
            }

            _scheduler.RunAll();
            Expect.Equal(_isCompleted && _isAwaited ? 1 : 0, IsIdle ? 0 : _continued, "continuations");
        }

        private void Take()
        {
            object outcome;
            try
            {
                outcome = _wait.GetAwaiter().GetResult();
            }
            catch (Exception exception) when (exception is OperationCanceledException or TimeZoneNotFoundException)
            {
                outcome = exception.GetType();
            }

            Expect.Equal(_outcome, outcome, "what the wait gave");
            _isCompleted = false;
            ExpectStale(_wait);
        }

        private static void ExpectStale(ValueTask<int> wait)
        {
            Expect.Equal(true, Refuses(() => _ = wait.IsCompleted), "the state of a wait that is over is refused");
            Expect.Equal(true, Refuses(() => wait.GetAwaiter().GetResult()), "the result of a wait that is over is refused");
        }

        private void Complete(object outcome)
        {
            (_isPending, _isCompleted, _outcome) = (false, true, outcome);
            Expect.Equal(0, _continued, "continuations that ran inside the completion");
        }

        private static bool Refuses(Action action)
        {
            try
            {
                action();
                return false;
            }
            catch (InvalidOperationException)
            {
                return true;
            }
        }
    }
}
