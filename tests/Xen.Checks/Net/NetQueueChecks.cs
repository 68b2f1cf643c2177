using System.Buffers.Binary;
using System.Globalization;
using Xen.Devices;
using Xen.Netback;
using Xen.Netfront;
using Xen.Rings;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Net;

/// <summary>Interfaces of several queues, both ends honest.</summary>
public static class NetQueueChecks
{
    private const int Flows = 6;
    private const int Frames = 60;
    private const int NumberOffset = 16;

    /// <summary>
    /// There are as many queues as both ends want and pages are there for, told by the keys of the protocol and no others, whatever the connection
    /// before agreed on; a flow goes by one queue, in order, and every frame arrives once.
    /// </summary>
    public static void FlowsKeepTheirQueues(IChoice choice)
    {
        var options = new SimulationOptions { Choice = choice, PageBudget = choice.Next(2) * (120 + choice.Next(300)) };
        NetBench.RunCheck(options, async bench =>
        {
            int offered = 1 + choice.Next(4);
            var arrived = new List<(uint Flow, uint Number)>();
            bench.Serve(
                new NetbackOptions { MaxQueues = offered, TransmitPages = 18, ReceivePages = 18 + choice.Next(18) },
                (device, token) => device.ListenAsync(frame => Note(frame, arrived), token));
            for (int round = 0; round < 3; round++)
            {
                int wanted = 1 + choice.Next(4);
                await using NetfrontDevice device = await bench.OpenAsync(
                    new NetfrontOptions { MaxQueues = wanted, TransmitPages = 18, ReceivePages = 64, UseSingleEventChannel = choice.Next(2) == 0 });
                int queues = device.QueueCount;
                Expect.That(queues >= 1 && queues <= Math.Min(offered, wanted), $"{queues} queues, of {wanted} wanted and {offered} offered.");
                Expect.That(options.PageBudget > 0 || queues == Math.Min(offered, wanted), $"{queues} queues, of {wanted} wanted and {offered} offered.");
                Expect.Equal(queues, bench.Back!.QueueCount, "queues of the back end");
                await ExpectKeysAsync(bench, queues);
                int[] sent = await SendAsync(device, choice);
                await UntilAsync(bench, () => arrived.Count == Frames);
                ExpectInOrder(arrived);
                Expect.That(device.Rings.Select(rings => (int)rings.Transmit.ProdPvt).SequenceEqual(sent), "A flow went by another queue.");
                arrived.Clear();
            }
        });
    }

    private static async Task<int[]> SendAsync(NetfrontDevice device, IChoice choice)
    {
        var numbers = new uint[Flows];
        var sent = new int[device.QueueCount];
        for (int i = 0; i < Frames; i++)
        {
            uint flow = (uint)choice.Next(Flows);
            TransmitFrame frame = await device.ReserveAsync(60, flow, CancellationToken.None);
            frame.Span[NumberOffset - 1] = (byte)flow;
            BinaryPrimitives.WriteUInt32LittleEndian(frame.Span[NumberOffset..], numbers[flow]++);
            Expect.That(frame.Send().IsSuccess, "A frame was refused.");
            sent[flow % (uint)sent.Length]++;
        }

        return sent;
    }

    private static ValueTask Note(ReceivedFrame frame, List<(uint Flow, uint Number)> arrived)
    {
        arrived.Add((frame.FirstSpan[NumberOffset - 1], BinaryPrimitives.ReadUInt32LittleEndian(frame.FirstSpan[NumberOffset..])));
        return ValueTask.CompletedTask;
    }

    private static void ExpectInOrder(List<(uint Flow, uint Number)> arrived)
    {
        var next = new uint[Flows];
        foreach ((uint flow, uint number) in arrived)
        {
            Expect.Equal(next[flow]++, number, $"the next frame of flow {flow}");
        }
    }

    private static async Task ExpectKeysAsync(NetBench bench, int queues)
    {
        string node = bench.Paths.Frontend + "/";
        string?[] numbers = [null, queues.ToString(CultureInfo.InvariantCulture)];
        Expect.Equal(numbers[queues > 1 ? 1 : 0], await bench.Guest.Store.TryReadTextAsync(node + NetifKeys.MultiQueueNumQueues), NetifKeys.MultiQueueNumQueues);
        Expect.Equal(queues == 1, await bench.Guest.Store.ExistsAsync(node + NetifKeys.TxRingRef), "whether there are flat keys");
        for (int queue = 0; queue < 5; queue++)
        {
            Expect.Equal(queues > 1 && queue < queues, await bench.Guest.Store.ExistsAsync(node + NetifKeys.Queue(queue) + "/" + NetifKeys.RxRingRef), $"whether there are keys of queue {queue}");
        }
    }

    private static async Task UntilAsync(NetBench bench, Func<bool> condition)
    {
        TimeProvider time = bench.Guest.Scheduler.TimeProvider;
        for (int i = 0; !condition(); i++)
        {
            Expect.That(i < 10_000, "The frames did not arrive within 10 s.");
            await Task.Delay(TimeSpan.FromMilliseconds(1), time);
        }
    }
}
