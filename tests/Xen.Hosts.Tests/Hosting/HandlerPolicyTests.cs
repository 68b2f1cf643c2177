using System.Net;
using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Hosting;

namespace Xen.Hosts.Tests.Hosting;

/// <summary>What a listener does when its handler throws (design, "What always holds", 7).</summary>
public class HandlerPolicyTests
{
    [Fact]
    public async Task Log_and_continue_logs_and_handles_the_next_frame()
    {
        var console = new RecordingWriter();
        int handled = await ListenAsync(HandlerExceptionPolicy.LogAndContinue, new InvalidDataException("this handler fails"), expected: null, console);
        Assert.Equal(2, handled);
        Assert.Contains("this handler fails", console.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Propagate_ends_the_listening_with_the_exception() =>
        Assert.Equal(1, await ListenAsync(HandlerExceptionPolicy.Propagate, new InvalidDataException(), typeof(InvalidDataException), new RecordingWriter()));

    [Theory]
    [InlineData(HandlerExceptionPolicy.LogAndContinue)]
    [InlineData(HandlerExceptionPolicy.Propagate)]
    public async Task Out_of_memory_and_cancellation_always_propagate(HandlerExceptionPolicy policy)
    {
        Assert.Equal(1, await ListenAsync(policy, new InsufficientMemoryException(), typeof(InsufficientMemoryException), new RecordingWriter()));
        Assert.Equal(1, await ListenAsync(policy, new OperationCanceledException(), typeof(OperationCanceledException), new RecordingWriter()));
    }

    /// <summary>Two answers come; the handler throws at the first. How many it saw.</summary>
    private static async Task<int> ListenAsync(HandlerExceptionPolicy policy, Exception thrown, Type? expected, RecordingWriter console)
    {
        int handled = 0;
        int code = await XenGuest.RunAsync(["--host", "simulation"], async guest =>
        {
            await using INetworkDevice vif = await guest.OpenNetworkAsync("0");
            using var end = new CancellationTokenSource();
            Task listening = vif.ListenAsync(
                _ => ++handled == 1 ? throw thrown : default, new ListenOptions { OnHandlerException = policy }, end.Token);
            for (int i = 0; i < 2; i++)
            {
                (await vif.WriteAsync(Question(vif.MacAddress))).ThrowIfFailed();
                await Task.Delay(TimeSpan.FromSeconds(1), guest.TimeProvider);
            }

            Assert.Equal(expected is not null, listening.IsCompleted);
            end.Cancel();
            Exception ended = await Assert.ThrowsAnyAsync<Exception>(() => listening);
            Assert.Equal(expected ?? typeof(OperationCanceledException), ended is OperationCanceledException ? typeof(OperationCanceledException) : ended.GetType());
        }, new GuestSettings { Console = console, World = new SimulatedWorld { Interfaces = [new SimulatedInterface()] } });
        Assert.Equal(0, code);
        return handled;
    }

    private static byte[] Question(MacAddress own)
    {
        byte[] frame = new byte[EthernetHeader.Size + ArpPacket.Size];
        new EthernetHeader(MacAddress.Broadcast, own, EthernetHeader.Arp).Write(frame);
        var me = Ipv4Address.From(IPAddress.Parse("192.0.2.2"));
        var peer = Ipv4Address.From(IPAddress.Parse("192.0.2.1"));
        new ArpPacket(ArpPacket.Request, own, me, default, peer).Write(frame.AsSpan(EthernetHeader.Size));
        return frame;
    }
}
