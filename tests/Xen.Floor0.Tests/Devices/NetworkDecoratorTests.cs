using Xen.Devices;
using Xen.Simulation.Choices;

namespace Xen.Floor0.Tests.Devices;

public sealed class NetworkDecoratorTests : IDisposable
{
    private readonly FakeNetworkDevice _device = new();
    private readonly byte[] _frame = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0x16, 0x3E, 0, 0, 1, 0x08, 0x06, .. new byte[46]];

    public void Dispose() => _device.DisposeAsync().GetAwaiter().GetResult();

    [Fact]
    public async Task Decorators_stack_and_their_frames_have_the_same_life()
    {
        var events = new List<NetworkTraceEvent>();
        await using var device = new TracingNetworkDevice(new TracingNetworkDevice(_device, events.Add), events.Add);
        Assert.True((await device.WriteAsync(_frame)).IsSuccess);
        Assert.True(device.TryReserve(60, out TransmitFrame frame));
        frame.SetOffload(new FrameOffload(ChecksumState.Partial));
        Assert.Equal(ChecksumState.Partial, frame.Offload.Checksum);
        frame.Dispose();
        Assert.Throws<ObjectDisposedException>(() => frame.Span.Length);
        Assert.Equal(32, _device.Pool.FreePages);
        Assert.Equal([_frame], _device.Sent);
        Assert.Equal(2, events.Count);
        Assert.Equal(
            "device/vif/0 sent 60 bytes 00:16:3e:00:00:01 > ff:ff:ff:ff:ff:ff type 0806 checksum Unknown: Success",
            events[0].ToString());
    }

    [Fact]
    public async Task The_same_choices_give_the_same_faults()
    {
        Assert.Equal(await RunAsync(7), await RunAsync(7));
        Assert.NotEqual(await RunAsync(7), await RunAsync(8));

        async Task<string> RunAsync(ulong seed)
        {
            var inner = new FakeNetworkDevice();
            var faults = new NetworkFaults
            {
                DropSendPerMille = 100,
                FailSendPerMille = 100,
                DropReceivePerMille = 100,
                DuplicateReceivePerMille = 100,
                CorruptReceivePerMille = 100,
            };
            await using var device = new FaultInjectingNetworkDevice(inner, faults, new SeededChoice(seed).Next);
            var log = new List<string>();
            Task<DeviceResult> listening = device.ListenAsync(received =>
            {
                log.Add(received.Payload.FirstSpan.SequenceEqual(_frame) ? "good" : "bad");
                return ValueTask.CompletedTask;
            });
            for (int i = 0; i < 100; i++)
            {
                log.Add((await device.WriteAsync(_frame)).ToString());
                await inner.ReceiveAsync(_frame);
            }

            await device.DisposeAsync();
            Assert.True((await listening).IsSuccess);
            Assert.True(device.Injected > 0);
            Assert.Contains("bad", log);
            return string.Join(' ', log) + inner.Sent.Count;
        }
    }
}
