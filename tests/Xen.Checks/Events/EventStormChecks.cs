using System.Numerics;
using Xen.Events;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Events;

/// <summary>R9: a peer that sends events without work makes its own port slow, and nothing else.</summary>
public static class EventStormChecks
{
    public static void StormIsDelayed(IChoice choice, EventAbi abi)
    {
        ArgumentNullException.ThrowIfNull(choice);
        int events = 200 + choice.Next(800);
        var interval = TimeSpan.FromMilliseconds(1 + choice.Next(3));
        SimulationRun.Run(new SimulationOptions { Choice = choice, EventAbi = abi }, async simulation =>
        {
            SimulatedDomain victim = simulation.CreateDomain("victim");
            var storm = new Channel(simulation, victim, "hostile");
            var honest = new Channel(simulation, victim, "honest");
            Task<int> counting = storm.CountSpuriousWakeUpsAsync();
            Task<(int Heard, TimeSpan Longest)> measuring = honest.LongestLatencyAsync();
            await Task.WhenAll(storm.SendAsync(events, interval), honest.SendAsync(20, TimeSpan.FromMilliseconds(5)));
            victim.Events.Close(honest.Port);
            (int heard, TimeSpan longest) = await measuring;
            victim.Events.Close(storm.Port);
            int wakeUps = await counting;

            // Two that are free, then one for each doubling of the delay from 1 ms to 1 s, then one a second.
            int window = (int)(events * interval).TotalMilliseconds;
            int bound = 4 + BitOperations.Log2((uint)Math.Min(window, 1000)) + (window / 1000);
            Expect.That(wakeUps <= bound, $"{events} events without work in {window} ms woke the port {wakeUps} times, more than {bound}.");
            Expect.That(wakeUps > 4, $"{events} events without work in {window} ms woke the port {wakeUps} times: were there any?");
            Expect.That(heard >= 20, $"Of 20 events of the other device {heard} were heard.");
            Expect.Equal(TimeSpan.Zero, longest, "latency of the other device");
        });
    }

    private sealed class Channel
    {
        private readonly Xen.Simulation.Simulation _simulation;
        private readonly SimulatedDomain _peer;
        private readonly EventPort _peerPort;
        private readonly SimulatedDomain _victim;
        private long _sentAt;

        public Channel(Xen.Simulation.Simulation simulation, SimulatedDomain victim, string name)
        {
            _simulation = simulation;
            _victim = victim;
            _peer = simulation.CreateDomain(name);
            _peerPort = _peer.Events.AllocateUnbound(victim.Id);
            Port = victim.Events.BindInterdomain(_peer.Id, _peerPort.Value);
        }

        public EventPort Port { get; }

        public async Task SendAsync(int count, TimeSpan interval)
        {
            for (int i = 0; i < count; i++)
            {
                _sentAt = _simulation.TimeProvider.GetTimestamp();
                _peer.Events.Notify(_peerPort);
                await Task.Delay(interval, _simulation.TimeProvider);
            }
        }

        public async Task<int> CountSpuriousWakeUpsAsync()
        {
            int wakeUps = 0;
            uint seen = 0;
            try
            {
                while (true)
                {
                    seen = await _victim.Events.WaitAsync(Port, seen);
                    wakeUps++;
                    _victim.Events.Complete(Port, spurious: true);
                }
            }
            catch (ObjectDisposedException)
            {
                return wakeUps;
            }
        }

        public async Task<(int Heard, TimeSpan Longest)> LongestLatencyAsync()
        {
            int heard = 0;
            TimeSpan longest = TimeSpan.Zero;
            uint seen = 0;
            try
            {
                while (true)
                {
                    seen = await _victim.Events.WaitAsync(Port, seen);
                    heard++;
                    TimeSpan latency = _simulation.TimeProvider.GetElapsedTime(_sentAt);
                    longest = latency > longest ? latency : longest;
                    _victim.Events.Complete(Port, spurious: false);
                }
            }
            catch (ObjectDisposedException)
            {
                return (heard, longest);
            }
        }
    }
}
