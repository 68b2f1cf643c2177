using System.Globalization;

namespace Xen.Benchmarks;

/// <summary>Rounds of ours and of an opponent's, alternating, so that what loads the machine meanwhile loads both. The median round counts.</summary>
/// <param name="name">What is measured.</param>
/// <param name="opponent">What it is measured against.</param>
/// <param name="unit">What one operation is.</param>
internal sealed class Comparison(string name, string opponent, string unit)
{
    private readonly List<(double Ours, double Theirs)> _rounds = [];

    /// <summary>Nanoseconds of one operation in the median round.</summary>
    public double Ours => Median(_rounds.Select(round => round.Ours));

    /// <summary>The same of the opponent.</summary>
    public double Theirs => Median(_rounds.Select(round => round.Theirs));

    /// <summary>How often the opponent's time ours takes, in the median round.</summary>
    public double Ratio => Median(_rounds.Select(round => round.Ours / round.Theirs));

    /// <summary>Times work.</summary>
    /// <param name="operations">How many operations it is.</param>
    /// <param name="work">The work.</param>
    /// <returns>Nanoseconds of processor time of one operation.</returns>
    public static double Time(int operations, Action work)
    {
        double start = ProcessorClock.Nanoseconds;
        work();
        return (ProcessorClock.Nanoseconds - start) / operations;
    }

    /// <summary>Times work that waits.</summary>
    /// <param name="operations">How many operations it is.</param>
    /// <param name="work">The work.</param>
    /// <returns>Nanoseconds of processor time of one operation.</returns>
    public static async Task<double> TimeAsync(int operations, Func<Task> work)
    {
        double start = ProcessorClock.Nanoseconds;
        await work();
        return (ProcessorClock.Nanoseconds - start) / operations;
    }

    /// <summary>Adds a round: nanoseconds of one operation, ours and the opponent's.</summary>
    public void Add(double ours, double theirs) => _rounds.Add((ours, theirs));

    /// <summary>Prints how many times the opponent's time ours takes: the goal is at most so many.</summary>
    public void PrintTimes(double most) => Print(string.Create(
        CultureInfo.InvariantCulture, $"{Ratio:F2} times (goal: at most {most:F2}): {(Ratio <= most ? "met" : "missed")}"));

    /// <summary>Prints our speed as a share of the opponent's: the goal is at least so much.</summary>
    public void PrintShare(double least) => Print(string.Create(
        CultureInfo.InvariantCulture, $"{1 / Ratio:P0} of its speed (goal: at least {least:P0}): {(1 / Ratio >= least ? "met" : "missed")}"));

    private void Print(string verdict)
    {
        double best = _rounds.Min(round => round.Ours / round.Theirs);
        double worst = _rounds.Max(round => round.Ours / round.Theirs);
        System.Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {Ours:F1} ns a {unit}; {opponent}: {Theirs:F1} ns; {verdict}; rounds {best:F2} to {worst:F2}"));
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
