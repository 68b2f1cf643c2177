using System.Runtime.CompilerServices;

namespace Xen.Checks;

/// <summary>What a check demands.</summary>
public static class Expect
{
    /// <summary>Demands that a condition holds.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="message">What it means when it does not; made only then.</param>
    public static void That(bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] ref ExpectMessage message)
    {
        if (!condition)
        {
            throw new CheckFailedException(message.ToStringAndClear());
        }
    }

    /// <summary>Demands that a condition holds.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="message">What it means when it does not.</param>
    public static void That(bool condition, string message)
    {
        if (!condition)
        {
            throw new CheckFailedException(message);
        }
    }

    /// <summary>Demands that two values are equal.</summary>
    /// <param name="expected">What should be.</param>
    /// <param name="actual">What is.</param>
    /// <param name="what">What was compared.</param>
    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new CheckFailedException($"{what}: expected {expected}, got {actual}.");
        }
    }
}
