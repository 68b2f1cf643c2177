using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation.Choices;

namespace Xen.Checks.Boot;

/// <summary>The run queue of a guest in real time.</summary>
internal static class RunQueueChecks
{
    private const int Pieces = 60;

    public static void EverythingRunsOnceInOrder(IChoice choice) => new Program(choice).Run();

    // Main's end comes from outside, while the queue sleeps.
    public static void MainEndsTheQueue(IChoice choice)
    {
        var main = new TaskCompletionSource();
        bool isFault = choice.Next(2) == 0;
        var driver = new RunQueueDriver(() => isFault ? main.TrySetException(new TimeZoneNotFoundException()) : main.TrySetResult());
        var queue = new GuestRunQueue(TimeProvider.System, driver);
        try
        {
            queue.Run(() => main.Task);
            Expect.Equal(false, isFault, "main's exception came out");
        }
        catch (TimeZoneNotFoundException)
        {
            Expect.Equal(true, isFault, "main's exception came out");
        }

        Expect.Equal((false, true), (queue.IsCurrent, SynchronizationContext.Current != queue.SynchronizationContext), "the queue is left");
    }

    public static void MisuseIsRefused(IChoice choice)
    {
        var driver = new RunQueueDriver(static () => false);
        var queue = new GuestRunQueue(TimeProvider.System, driver);
        int inside = 0;
        Expect.That(Refuses<NotSupportedException>(() => queue.SynchronizationContext.Send(_ => inside++, null)), "Somebody waits for the queue from outside.");
        queue.Run(async () =>
        {
            for (int i = choice.Next(3); i > 0; i--)
            {
                await Task.Yield();
            }

            queue.SynchronizationContext.Send(_ => inside++, null);
            Expect.Equal(1, inside, "calls from inside, at once");
            Expect.That(Refuses<InvalidOperationException>(() => queue.Run(() => Task.CompletedTask)), "The queue is pumped twice.");
            Expect.Equal(true, queue.IsCurrent, "this is the queue");
        });
        Expect.Equal(1, inside, "calls from inside");
    }

    // A timer of the host fires wherever the host is; its callback runs on the queue.
    public static void TimersComeToTheQueue(IChoice choice)
    {
        using var page = new ClockPage();
        page.Time = new VcpuTimeInfo { TscToSystemMul = 0x80000000, TscShift = 1 };
        var driver = new RunQueueDriver(() => page.Clock.Timers.RunFirst(TimerQueue.Never - 1));
        var queue = new GuestRunQueue(page.Clock, driver);
        bool isInTurn = false;
        queue.DispatchObserver = new Turns(() => isInTurn = true, () => isInTurn = false);
        int calls = 0, wanted = 1 + choice.Next(4);
        var end = new TaskCompletionSource();
        queue.Run(() =>
        {
            for (int i = 0; i < wanted; i++)
            {
                queue.TimeProvider.CreateTimer(OnTimer, null, TimeSpan.FromTicks(choice.Next(100)), Timeout.InfiniteTimeSpan);
            }

            return end.Task;
        });
        Expect.Equal(wanted, calls, "calls");

        void OnTimer(object? state)
        {
            Expect.Equal(true, isInTurn, "a timer's callback runs inside a turn");
            if (++calls == wanted)
            {
                end.SetResult();
            }
        }
    }

    // Also when the turn's own work changes the observer.
    public static void ObserversSeeWholeTurns(IChoice choice)
    {
        int[] inside = [0, 0], turns = [0, 0];
        IDispatchObserver?[] observers = [null, .. Enumerable.Range(0, 2).Select(i => new Turns(
            () => (inside[i], turns[i]) = (inside[i] + 1, turns[i] + 1),
            () => inside[i]--))];
        var queue = new GuestRunQueue(TimeProvider.System, new RunQueueDriver(static () => false)) { DispatchObserver = observers[1] };
        queue.Run(async () =>
        {
            for (int i = choice.Next(6); i >= 0; i--)
            {
                await Task.Yield();
                queue.DispatchObserver = observers[choice.Next(3)];
            }
        });
        Expect.Equal((0, 0), (inside[0], inside[1]), "turns that did not end");
        Expect.That(turns[0] > 0, "The first observer was told of nothing.");
    }

    private static bool Refuses<TException>(Action action)
        where TException : Exception
    {
        try
        {
            action();
            return false;
        }
        catch (TException)
        {
            return true;
        }
    }

    private sealed class Turns(Action entering, Action leaving) : IDispatchObserver
    {
        public void Entering() => entering();

        public void Leaving() => leaving();
    }

    /// <summary>Pieces of work that queue more of them, in turns and from outside of them.</summary>
    private sealed class Program
    {
        private readonly IChoice _choice;
        private readonly GuestRunQueue _queue;
        private readonly RunQueueDriver _driver;
        private readonly TaskCompletionSource _end = new();
        // The turn in which each piece was queued, in order: -1 outside of turns.
        private readonly List<int> _queuedIn = [];
        private int _ran;
        private int _turns;
        private bool _isInTurn;
        private bool _isInterrupted;

        public Program(IChoice choice)
        {
            _choice = choice;
            _driver = new RunQueueDriver(TryHappen) { OnPoll = OnPoll };
            _queue = new GuestRunQueue(TimeProvider.System, _driver);
            _queue.DispatchObserver = new Turns(
                () =>
                {
                    Expect.Equal(false, _isInTurn, "a turn is under way");
                    _isInTurn = true;
                    _turns++;
                },
                () => _isInTurn = false);
        }

        public void Run()
        {
            _queue.Run(() => _end.Task);
            Expect.Equal(_queuedIn.Count, _ran, "pieces that ran");
            Expect.That(_ran >= Pieces, $"Only {_ran} pieces ran.");
            Expect.That(_driver.Polls >= _turns, $"{_driver.Polls} looks at the host in {_turns} turns.");
        }

        private bool TryHappen()
        {
            Expect.Equal(_queuedIn.Count, _ran, "pieces that ran before the queue sleeps");
            Expect.Equal(false, _isInTurn, "the queue sleeps inside a turn");
            if (_choice.Next(2) == 0)
            {
                Expect.Equal(false, _isInterrupted, "an interrupt that nobody looked for");
                _isInterrupted = true;
                _driver.Interrupt();
                return true;
            }

            int before = _driver.Wakes;
            Queue();
            Expect.Equal(before + 1, _driver.Wakes, "wake-ups of a queue that sleeps");
            return true;
        }

        private void OnPoll()
        {
            Expect.Equal(false, _isInTurn, "the host is looked at inside a turn");
            if (_isInterrupted || (_queuedIn.Count < Pieces && _choice.Next(4) == 0))
            {
                _isInterrupted = false;
                Queue();
            }
        }

        private void Queue()
        {
            int number = _queuedIn.Count;
            _queuedIn.Add(_isInTurn ? _turns : -1);
            _queue.Schedule(_ => Piece(number), null);
        }

        private void Piece(int number)
        {
            Expect.Equal(_ran++, number, "which piece runs");
            Expect.Equal(true, _isInTurn, "a piece runs inside a turn");
            Expect.That(_queuedIn[number] != _turns, $"Piece {number} runs in the turn that queued it.");
            int wakes = _driver.Wakes;
            for (int i = _queuedIn.Count < Pieces ? _choice.Next(3) : 0; i > 0; i--)
            {
                Queue();
            }

            Expect.Equal(wakes, _driver.Wakes, "wake-ups of a queue that runs");
            if (_ran >= Pieces && _ran == _queuedIn.Count)
            {
                _end.SetResult();
            }
        }
    }
}
