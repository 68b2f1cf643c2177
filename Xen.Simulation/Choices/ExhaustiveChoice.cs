namespace Xen.Simulation.Choices;

/// <summary>
/// Every sequence of choices, one run each: <c>while (choice.MoveNext()) { run(choice); }</c>. The first run takes 0 everywhere; each
/// later one changes the last choice that has an alternative left and takes 0 after it (depth first, an odometer).
/// </summary>
public sealed class ExhaustiveChoice : IChoice
{
    private readonly List<(int Value, int Bound)> _path = [];
    private int _depth;

    /// <summary>How many runs have begun.</summary>
    public long Runs { get; private set; }

    /// <summary>The choices of the present run so far, for a message that lets it be replayed with <see cref="ReplayedChoice"/>.</summary>
    public IReadOnlyList<int> Path => _path.Take(_depth).Select(step => step.Value).ToArray();

    /// <summary>Begins the next run.</summary>
    /// <returns>False when every sequence has been run.</returns>
    public bool MoveNext()
    {
        if (Runs > 0 && !Advance())
        {
            return false;
        }

        _depth = 0;
        Runs++;
        return true;
    }

    /// <inheritdoc />
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        if (_depth == _path.Count)
        {
            _path.Add((0, bound));
        }

        (int value, int known) = _path[_depth++];
        if (known != bound)
        {
            throw new InvalidOperationException(
                $"Choice {_depth} had {known} alternatives before and has {bound} now: the program under test does not depend on its choices alone.");
        }

        return value;
    }

    private bool Advance()
    {
        // What an aborted run did not reach belongs to no run.
        _path.RemoveRange(_depth, _path.Count - _depth);
        while (_path.Count > 0)
        {
            (int value, int bound) = _path[^1];
            _path.RemoveAt(_path.Count - 1);
            if (value + 1 < bound)
            {
                _path.Add((value + 1, bound));
                return true;
            }
        }

        return false;
    }
}
