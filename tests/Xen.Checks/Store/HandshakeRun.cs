using Xen.Rings;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Store;

/// <summary>
/// A handshake with a driver that only counts, and a peer, a toolstack and a clock that do what they like; without a choice nothing disturbs it.
/// </summary>
internal sealed class HandshakeRun(XenbusHandshake handshake, IChoice? choice)
{
    private readonly List<XenbusState> _written = [];
    private int _prepared;
    private int _published;
    private int _connected;
    private int _drained;
    private int _released;
    private bool _mayNotWrite;

    public XenbusHandshake Handshake => handshake;

    public TimeSpan Now { get; private set; }

    /// <summary>Does what the handshake asks for now.</summary>
    public void Work()
    {
        for (int i = 0; i < 20; i++)
        {
            XenbusStep step = handshake.Poll(Now);
            if (step == XenbusStep.None)
            {
                return;
            }

            Expect.Equal(XenbusStep.None, handshake.Poll(Now), "a second step while one is under way");
            Count(step);
            Finish(step);
        }

        throw new CheckFailedException($"The handshake never rests in {handshake.Phase}.");
    }

    /// <summary>Something happens.</summary>
    public void Disturb()
    {
        switch (choice!.Next(12))
        {
            case 0:
                Now += TimeSpan.FromSeconds(choice.Next(40));
                handshake.HandleTime(Now);
                break;
            case 1:
                handshake.HandleOwnState(HandshakeChecks.ChooseState(choice));
                break;
            case 2 when choice.Next(4) == 0:
                _mayNotWrite = true;
                handshake.HandleRemoved();
                break;
            case 3 when choice.Next(4) == 0:
                handshake.HandlePeerMoved();
                break;
            case 4 when choice.Next(4) == 0:
                _mayNotWrite = true;
                handshake.HandleStoreLost();
                break;
            default:
                handshake.HandlePeerState(HandshakeChecks.ChooseState(choice));
                break;
        }
    }

    public void LookAt(HandshakeRun other, bool looks)
    {
        if (looks)
        {
            handshake.HandlePeerState(other.Handshake.OwnState);
        }

        Work();
    }

    /// <summary>Nothing more is heard of the other end: the handshake ends by its own timeout.</summary>
    public void WorkUntilEnded(TimeSpan limit)
    {
        TimeSpan start = Now;
        Work();
        while (handshake.Phase != XenbusPhase.Ended)
        {
            Expect.That(handshake.Deadline is not null, $"{handshake.Phase} without a deadline never ends.");
            Now = handshake.Deadline!.Value > Now ? handshake.Deadline.Value : Now;
            Expect.That(Now - start <= limit, $"closing takes {Now - start}, at most {limit} is allowed.");
            handshake.HandleTime(Now);
            TimeSpan before = Now;
            Work();
            Expect.That(handshake.Phase == XenbusPhase.Ended || handshake.Deadline > before, $"{handshake.Phase} outlives its deadline.");
        }
    }

    public void CheckEnd()
    {
        Expect.Equal(XenbusPhase.Ended, handshake.Phase, "the last phase");
        Expect.Equal(_prepared, _released, "releases for each preparation");
        Expect.Equal(_prepared, _drained, "drains for each preparation");
        Expect.That(_mayNotWrite || handshake.OwnState == XenbusState.Closed, $"the last state is {handshake.OwnState}.");
        CheckOrder();
    }

    // 5 and 6 once for what was left, then upwards only; 6 again when the toolstack wrote over it.
    private void CheckOrder()
    {
        int start = _written.IndexOf(XenbusState.Initialising);
        List<XenbusState> connection = start < 0 ? _written : _written[start..];
        bool isBackAfterRemains = start < 0 && connection.Count > 0 && connection[0] >= XenbusState.Closing;
        XenbusState[] upwards = [.. isBackAfterRemains ? connection.SkipWhile(state => state >= XenbusState.Closing) : connection];
        int distinct = upwards.Distinct().Count() + upwards.Count(state => state == XenbusState.Closed) - (upwards.Contains(XenbusState.Closed) ? 1 : 0);
        Expect.That(upwards.SequenceEqual(upwards.Order()) && distinct == upwards.Length, $"states were written in the order {string.Join(' ', _written)}.");
    }

    private void Count(XenbusStep step)
    {
        _prepared += step == XenbusStep.Prepare ? 1 : 0;
        _published += step == XenbusStep.Publish ? 1 : 0;
        _connected += step == XenbusStep.Connect ? 1 : 0;
        _drained += step == XenbusStep.Drain ? 1 : 0;
        _released += step == XenbusStep.Release ? 1 : 0;
        Expect.That(_prepared <= 1 && _published <= _prepared && _connected <= _published, $"step {step}: {_prepared} preparations, {_published} publications, {_connected} connections.");
        Expect.That(_released <= _prepared && _drained <= _prepared, $"step {step}: {_drained} drains and {_released} releases after {_prepared} preparations.");
        Expect.That(step is not (XenbusStep.Refresh or XenbusStep.Connect) || _released == 0, $"step {step} after the release.");
    }

    private void Finish(XenbusStep step)
    {
        bool isWrite = step is XenbusStep.WriteState or XenbusStep.Publish;
        if (isWrite)
        {
            Expect.That(!_mayNotWrite, $"state {handshake.StateToWrite} is written to a node that is gone.");
        }

        // Anything can happen during a step, and the step can fail: not the writes of a state, which the end depends on.
        XenbusState state = handshake.StateToWrite;
        if (choice?.Next(3) == 0)
        {
            Disturb();
        }

        if (step is XenbusStep.WriteState || choice?.Next(10) != 0)
        {
            if (isWrite)
            {
                _written.Add(state);
            }

            handshake.HandleDone();
            return;
        }

        handshake.HandleFailed();
    }
}
