using System.Globalization;

namespace Xen.Speed.Dom0;

/// <summary>Collects rounds of two guests and prints medians, spreads and the ratio, in which more is better for the first guest.</summary>
internal sealed class Table(GuestUnderTest[] guests)
{
    private readonly List<string> _names = [];
    private readonly Dictionary<(string Name, int Guest), List<double>> _values = [];
    private readonly HashSet<string> _costs = [];

    public void Add(int guest, string line, Measure measure)
    {
        string name = $"{line}: {measure.Name}";
        if (!_names.Contains(name))
        {
            _names.Add(name);
        }

        if (measure.IsCost)
        {
            _costs.Add(name);
        }

        if (!_values.TryGetValue((name, guest), out List<double>? values))
        {
            _values[(name, guest)] = values = [];
        }

        values.Add(measure.Value);
    }

    public void Print()
    {
        Console.WriteLine($"TABLE | what | {guests[0].Name} | {guests[1].Name} | ratio |");
        Console.WriteLine("TABLE |---|---|---|---|");
        foreach (string name in _names)
        {
            List<double> ours = Sorted(name, 0);
            List<double> theirs = Sorted(name, 1);
            double ratio = _costs.Contains(name) ? Median(theirs) / Median(ours) : Median(ours) / Median(theirs);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"TABLE | {name} | {Text(ours)} | {Text(theirs)} | {ratio:F2} |"));
        }
    }

    private List<double> Sorted(string name, int guest) => [.. _values[(name, guest)].Order()];

    private static double Median(List<double> sorted) => sorted[sorted.Count / 2];

    private static string Text(List<double> sorted) => $"{Text(Median(sorted))} ({Text(sorted[0])} to {Text(sorted[^1])})";

    private static string Text(double value) => value.ToString(value >= 100 ? "N0" : "F2", CultureInfo.InvariantCulture);
}
