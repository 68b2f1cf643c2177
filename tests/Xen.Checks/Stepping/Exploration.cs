namespace Xen.Checks.Stepping;

/// <summary>
/// Every interleaving of a <see cref="SteppingMachine"/>: depth first over its states, each once. A state is the whole memory, the
/// buffers, the ports and what each program has seen, so leaving out a known one loses nothing.
/// </summary>
public static class Exploration
{
    /// <summary>Goes through all states.</summary>
    /// <param name="machine">The machine, at its start.</param>
    /// <param name="maxStates">More than that is a failure of the check itself: it was meant to be small.</param>
    /// <returns>How many states there are, and a way (for <c>ReplayedChoice</c>) into one that stands still before every program has ended.</returns>
    public static (int States, IReadOnlyList<int>? Stuck) Explore(SteppingMachine machine, int maxStates = 5_000_000)
    {
        ArgumentNullException.ThrowIfNull(machine);
        var known = new HashSet<UInt128> { machine.Hash() };
        var open = new Stack<(MachineState State, Way? Way)>();
        open.Push((machine.Save(), null));
        List<Step> possible = [];
        while (open.TryPop(out (MachineState State, Way? Way) from))
        {
            machine.Restore(from.State);
            machine.GetPossible(possible);
            if (possible.Count == 0 && !machine.IsFinished)
            {
                return (known.Count, from.Way?.ToList() ?? []);
            }

            Step[] steps = [.. possible];
            for (int i = 0; i < steps.Length; i++)
            {
                machine.Restore(from.State);
                machine.Do(steps[i]);
                if (known.Add(machine.Hash()))
                {
                    open.Push((machine.Save(), new Way(from.Way, i)));
                }
            }

            Expect.That(known.Count <= maxStates, $"The exploration has more than {maxStates} states.");
        }

        return (known.Count, null);
    }

    private sealed record Way(Way? Before, int Choice)
    {
        public List<int> ToList()
        {
            var choices = new List<int>();
            for (Way? way = this; way is not null; way = way.Before)
            {
                choices.Add(way.Choice);
            }

            choices.Reverse();
            return choices;
        }
    }
}
