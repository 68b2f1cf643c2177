namespace Xen.Simulation.Choices;

/// <summary>Choices given as a list: to replay a failure, or from a generator that shrinks. Beyond the list every choice is 0.</summary>
/// <param name="values">The choices; each is reduced to the bound it meets.</param>
public sealed class ReplayedChoice(IReadOnlyList<int> values) : IChoice
{
    private int _depth;

    /// <inheritdoc />
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return _depth < values.Count ? (int)((uint)values[_depth++] % (uint)bound) : 0;
    }
}
