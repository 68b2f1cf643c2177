using Xen.Simulation.Choices;

namespace Xen.Floor0.Tests.Choices;

public class ExhaustiveChoiceTests
{
    [Fact]
    public void Every_sequence_comes_once_even_when_bounds_depend_on_earlier_choices()
    {
        var choice = new ExhaustiveChoice();
        var seen = new List<string>();
        while (choice.MoveNext())
        {
            int first = choice.Next(3);
            seen.Add(first == 0 ? "0" : $"{first}{choice.Next(first + 1)}");
        }

        Assert.Equal(["0", "10", "11", "20", "21", "22"], seen);
        Assert.Equal(6, choice.Runs);
    }

    [Fact]
    public void A_path_replays()
    {
        var choice = new ExhaustiveChoice();
        choice.MoveNext();
        choice.Next(2);
        choice.MoveNext();
        choice.Next(2);
        Assert.Equal([1], choice.Path);
        Assert.Equal(1, new ReplayedChoice(choice.Path).Next(2));
    }
}
