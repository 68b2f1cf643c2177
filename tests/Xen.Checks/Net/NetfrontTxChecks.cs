using Xen.Checks.Memory;
using Xen.Devices;
using Xen.Grants;
using Xen.Netfront;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Net;

/// <summary>The transmit side of a network front end against a back end that answers what it likes.</summary>
public static unsafe class NetfrontTxChecks
{
    private const int Frames = 64;
    private const int RingSlots = 256;
    private const int Steps = 120;

    /// <summary>R3, R6: a response is taken exactly when it names a published request that is outstanding, or is an empty one for extra info.</summary>
    public static void ResponsesAreJudgedRight(IChoice choice)
    {
        using MemoryWatch watch = NetPage.Create(choice, out uint start);
        var model = new Model(watch, start);
        // A peer that also answers what it must not is found out soon; one that does not goes through every state of the ids.
        int kinds = choice.Next(4) == 0 ? 4 : 5;
        for (int step = 0; step < Steps && !model.IsBroken; step++)
        {
            switch (choice.Next(kinds))
            {
                case 0:
                case 1:
                    model.Queue(choice);
                    break;
                case 2:
                    model.Publish();
                    break;
                case 3:
                    model.AnswerHonestly(choice);
                    break;
                default:
                    model.AnswerAnything(choice);
                    break;
            }

            model.Complete();
        }

        model.ExpectEveryIdBack();
    }

    /// <summary>R1, R2, R3, R11: whatever byte the peer writes whenever, a frame completes at most once and nothing is touched after a breach.</summary>
    public static void HoldsUnderAttack(IChoice choice)
    {
        using MemoryWatch watch = NetPage.Create(choice, out uint start);
        var protocol = new NetfrontTxProtocol<WatchedMemory>(new(watch.Shared, watch.Length, start), Frames);
        var onTheWay = new bool[Frames];
        watch.Attack(choice);
        for (int step = 0; step < Steps; step++)
        {
            int frame = choice.Next(Frames);
            if (!onTheWay[frame] && protocol.TryQueue(frame, Grants(1), 60, default))
            {
                onTheWay[frame] = true;
            }

            // Sometimes a breach comes between queueing and publishing.
            if (choice.Next(2) == 0)
            {
                protocol.Publish();
            }

            while (protocol.TryComplete(out NetfrontTxCompletion completion))
            {
                Expect.That(onTheWay[completion.Frame], $"Frame {completion.Frame} completed and was not on its way.");
                onTheWay[completion.Frame] = false;
            }

            protocol.FinalCheck(1 + choice.Next(4));
            if (protocol.Violation.IsViolation)
            {
                ExpectUntouched(watch, protocol);
                return;
            }
        }
    }

    private static GrantRef[] Grants(int count) => [.. Enumerable.Range(8, count).Select(i => new GrantRef((uint)i))];

    private static void ExpectUntouched(MemoryWatch watch, NetfrontTxProtocol<WatchedMemory> protocol)
    {
        NetifViolation first = protocol.Violation;
        watch.Forget();
        bool works = protocol.TryComplete(out _) | protocol.Publish() | protocol.FinalCheck(1) | protocol.TryQueue(0, Grants(1), 60, default);
        Expect.That(!works, "A broken protocol did something.");
        Expect.That(protocol.Snapshot().IsBroken, "A broken ring does not say so.");
        Expect.Equal(0, watch.Accesses, "accesses after a breach");
        Expect.Equal(first, protocol.Violation, "the first breach");
    }

    private sealed class Model
    {
        private readonly MemoryWatch _watch;
        private readonly NetfrontTxProtocol<WatchedMemory> _front;
        private readonly BackRing<NetifTxRequest, NetifTxResponse, DirectMemory> _back;
        private readonly Dictionary<int, int> _remaining = [];
        private readonly Dictionary<int, NetifStatus> _worst = [];
        private readonly Dictionary<ushort, int> _seen = [];
        private readonly Queue<(int Frame, int Pages, bool HasExtra)> _order = new();
        private readonly Queue<(int Frame, NetifStatus Status)> _expected = new();
        private int _extras;
        private bool _expectsBreach;

        public Model(MemoryWatch watch, uint start)
        {
            _watch = watch;
            _front = new NetfrontTxProtocol<WatchedMemory>(new(watch.Shared, watch.Length, start), Frames);
            _back = new BackRing<NetifTxRequest, NetifTxResponse, DirectMemory>(watch.Shared, watch.Length);
        }

        public bool IsBroken { get; private set; }

        public void Queue(IChoice choice)
        {
            int frame = choice.Next(Frames);
            int pages = 1 + choice.Next(3);
            FrameOffload offload = choice.Next(3) == 0 ? new FrameOffload(ChecksumState.Partial, GsoType.TcpIPv4, 1000) : default;
            if (_remaining.ContainsKey(frame) || !_front.TryQueue(frame, Grants(pages), (pages * 4096) - choice.Next(4000), offload))
            {
                return;
            }

            _remaining[frame] = pages;
            _worst[frame] = NetifStatus.Okay;
            _order.Enqueue((frame, pages, offload.GsoSize > 0));
        }

        public void Publish()
        {
            _front.Publish();
            while (_order.TryDequeue(out (int Frame, int Pages, bool HasExtra) queued))
            {
                TakeSlots(queued);
            }
        }

        public void AnswerHonestly(IChoice choice)
        {
            if (_extras > 0 && choice.Next(2) == 0)
            {
                Answer(0, NetifStatus.Null);
            }
            else if (_seen.Count > 0)
            {
                Answer(_seen.Keys.Order().ElementAt(choice.Next(_seen.Count)), (NetifStatus)(-choice.Next(3)));
            }
        }

        public void AnswerAnything(IChoice choice)
        {
            if (_seen.Count + _extras > 0)
            {
                // Ids near the outstanding ones find more than wild ones.
                Answer((ushort)(choice.Next(8) == 0 ? choice.Next(65536) : choice.Next(64)), (NetifStatus)(choice.Next(5) - 3));
            }
        }

        public void Complete()
        {
            while (_front.TryComplete(out NetfrontTxCompletion completion))
            {
                Expect.That(_expected.TryDequeue(out (int Frame, NetifStatus Status) expected), $"Frame {completion.Frame} completed, unexpectedly.");
                Expect.Equal(expected, (completion.Frame, completion.Status), "the completed frame");
            }

            Expect.Equal(0, _expected.Count, "frames that should have completed");
            Expect.Equal(_expectsBreach, _front.Violation.IsViolation, $"a breach ({_front.Violation})");
            IsBroken = _expectsBreach;
            if (IsBroken)
            {
                ExpectUntouched(_watch, _front);
            }
        }

        /// <summary>R8: when everything is answered, whatever the answers were, the whole ring can be filled once more.</summary>
        public void ExpectEveryIdBack()
        {
            const int Pages = 16;
            if (IsBroken)
            {
                return;
            }

            Publish();
            while (_seen.Count + _extras > 0)
            {
                Answer(_extras > 0 ? (ushort)0 : _seen.Keys.First(), _extras > 0 ? NetifStatus.Null : NetifStatus.Okay);
                Complete();
            }

            for (int frame = 0; frame < RingSlots / Pages; frame++)
            {
                Expect.That(_front.TryQueue(frame, Grants(Pages), (Pages * 4096) - 1, default), $"{frame * Pages} slots fit into an empty ring.");
            }
        }

        private void TakeSlots((int Frame, int Pages, bool HasExtra) queued)
        {
            for (int i = 0; i < queued.Pages; i++)
            {
                Expect.That(_back.TryRead(out NetifTxRequest request), "A published slot is not there.");
                Expect.That(_seen.TryAdd(request.Id, queued.Frame), $"Id {request.Id} is outstanding twice.");
                if (i == 0 && queued.HasExtra)
                {
                    Expect.That(_back.TryRead(out _), "The slot of extra info is not there.");
                    _extras++;
                }
            }
        }

        private void Answer(ushort id, NetifStatus status)
        {
            if (_expectsBreach || !_back.TryWrite(new NetifTxResponse { Id = id, Status = status }))
            {
                return;
            }

            _back.Push();
            if (status == NetifStatus.Null)
            {
                _expectsBreach = _extras == 0;
                _extras -= _expectsBreach ? 0 : 1;
            }
            else if (_seen.Remove(id, out int frame))
            {
                Settle(frame, status);
            }
            else
            {
                _expectsBreach = true;
            }
        }

        private void Settle(int frame, NetifStatus status)
        {
            _worst[frame] = status switch
            {
                NetifStatus.Okay => _worst[frame],
                NetifStatus.Dropped => _worst[frame] == NetifStatus.Error ? NetifStatus.Error : NetifStatus.Dropped,
                _ => NetifStatus.Error,
            };
            if (--_remaining[frame] == 0)
            {
                _remaining.Remove(frame);
                _expected.Enqueue((frame, _worst[frame]));
            }
        }
    }
}
