using Xen.Hosting;
using Xen.Simulation.Choices;

namespace Xen.Checks.Hosting;

/// <summary>
/// What a main task does, what its toolstack asks and when, and what the rule of exits then demands. No two of the times are equal, and all lie
/// far enough apart that each thing is over before the next.
/// </summary>
internal sealed class ExitPlan
{
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static readonly string[] Words = ["poweroff", "reboot", "halt"];

    private readonly List<(double At, string Word)> _requests = [];

    public ExitPlan(IChoice choice)
    {
        Kind = (MainKind)choice.Next(5);
        OwnEnd = choice.Next(16) + 0.75;
        Before = Choose(choice);
        After = Choose(choice);
        double at = 0;
        for (int i = choice.Next(4); i > 0; i--)
        {
            at += 1 + choice.Next(6);
            // A later one never falls on the end of the first one's grace.
            _requests.Add((at + (_requests.Count == 0 ? 0.25 : 0.5), Words[choice.Next(Words.Length)]));
        }

        if (Kind is MainKind.WaitsForToken or MainKind.IgnoresToken && _requests.Count == 0)
        {
            _requests.Add((1.25, "reboot"));
        }
    }

    public MainKind Kind { get; }

    /// <summary>When a main task ends that does so by itself.</summary>
    public double OwnEnd { get; }

    /// <summary>The exit that the program sets at its start.</summary>
    public GuestExit? Before { get; }

    /// <summary>The exit that the program sets right before its end.</summary>
    public GuestExit? After { get; }

    public IReadOnlyList<(double At, string Word)> Requests => _requests;

    /// <summary>When the exit hooks begin.</summary>
    public double End
    {
        get
        {
            double first = _requests.Count > 0 ? _requests[0].At : double.PositiveInfinity;
            double own = Kind switch
            {
                MainKind.WaitsForToken => first,
                MainKind.IgnoresToken => double.PositiveInfinity,
                _ => OwnEnd,
            };
            return Math.Min(own, first + Grace.TotalSeconds);
        }
    }

    /// <summary>True when the main task is left where it is.</summary>
    public bool IsOverdue => Kind switch
    {
        MainKind.WaitsForToken => false,
        MainKind.IgnoresToken => true,
        _ => OwnEnd > End,
    };

    public GuestExitKind ExpectedKind
    {
        get
        {
            if (Kind == MainKind.Fails && !IsOverdue)
            {
                return GuestExitKind.Crash;
            }

            GuestExitKind kind = Before?.Kind ?? GuestExitKind.PowerOff;
            foreach ((double at, string word) in _requests)
            {
                kind = at <= End ? (word == "reboot" ? GuestExitKind.Reboot : GuestExitKind.PowerOff) : kind;
            }

            return After is { } after && !IsOverdue ? after.Kind : kind;
        }
    }

    public override string ToString() =>
        $"{Kind}, own end {OwnEnd}, before {Before?.Kind}, after {After?.Kind}, requests {string.Join(", ", _requests)}: {ExpectedKind} at {End}";

    private static GuestExit? Choose(IChoice choice) => choice.Next(4) switch
    {
        0 => GuestExit.PowerOff(3),
        1 => GuestExit.Reboot(),
        _ => null,
    };
}
