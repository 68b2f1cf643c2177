using Xen.Simulation.Choices;

namespace Xen.Checks;

/// <summary>A property: a plain function of a choice source that throws <see cref="CheckFailedException"/> when it does not hold.</summary>
/// <param name="Name">Its name: area, rule, what holds.</param>
/// <param name="Mode">How it is to be fed.</param>
/// <param name="Body">The function.</param>
public sealed record Check(string Name, CheckMode Mode, Action<IChoice> Body)
{
    /// <inheritdoc />
    public override string ToString() => Name;
}
