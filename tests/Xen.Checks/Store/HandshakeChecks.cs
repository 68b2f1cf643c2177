using Xen.Rings;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Store;

/// <summary>R13: the handshake of every front and back end against whatever the other end, the toolstack and time do.</summary>
internal static class HandshakeChecks
{
    private static readonly XenbusTimeouts Timeouts = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5));
    private static readonly XenbusRules[] Kinds =
        [XenbusRules.BlockFrontend, XenbusRules.NetworkFrontend, XenbusRules.BlockBackend, XenbusRules.NetworkBackend];

    /// <summary>Exactly one set-up per connection, given back exactly once; the end comes within the timeout with state 6.</summary>
    public static void OneSetUpAndAnEnd(IChoice choice)
    {
        XenbusRules rules = Kinds[choice.Next(Kinds.Length)];
        var run = new HandshakeRun(new XenbusHandshake(rules, Timeouts, ChooseState(choice), TimeSpan.Zero), choice);
        int inputs = choice.Next(40);
        for (int i = 0; i < inputs; i++)
        {
            run.Work();
            run.Disturb();
        }

        run.Handshake.HandleClose();
        run.WorkUntilEnded(Timeouts.Close);
        run.CheckEnd();
    }

    /// <summary>Two ends that see each other's states, in any order of looking, both connect; and both end when one closes.</summary>
    public static void TwoEndsConnectAndClose(IChoice choice)
    {
        int kind = choice.Next(2);
        var front = new HandshakeRun(new XenbusHandshake(Kinds[kind], Timeouts, XenbusState.Initialising, TimeSpan.Zero), null);
        var back = new HandshakeRun(new XenbusHandshake(Kinds[kind + 2], Timeouts, XenbusState.Initialising, TimeSpan.Zero), null);
        Converse(front, back, choice, run => run.Handshake.Phase == XenbusPhase.Connected);
        (choice.Next(2) == 0 ? front : back).Handshake.HandleClose();
        Converse(front, back, choice, run => run.Handshake.Phase == XenbusPhase.Ended);
        front.CheckEnd();
        back.CheckEnd();
        Expect.That(front.Now < Timeouts.Close && back.Now < Timeouts.Close, "both ends close without a timeout.");
    }

    internal static XenbusState ChooseState(IChoice choice) => (XenbusState)choice.Next((int)XenbusState.Reconfigured + 1);

    private static void Converse(HandshakeRun front, HandshakeRun back, IChoice choice, Func<HandshakeRun, bool> isDone)
    {
        for (int turn = 0; turn < 200 && !(isDone(front) && isDone(back)); turn++)
        {
            // One of them looks, or neither and one works on; every other turn both, so that it comes to an end.
            int looks = turn % 2 == 0 ? choice.Next(3) : 3;
            front.LookAt(back, (looks & 1) != 0);
            back.LookAt(front, (looks & 2) != 0);
        }

        Expect.That(isDone(front) && isDone(back), $"front is {front.Handshake.Phase}, back is {back.Handshake.Phase}.");
    }
}
