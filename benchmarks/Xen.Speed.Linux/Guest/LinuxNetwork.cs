using System.Text;
using Xen.Devices.Packets;
using Xen.Speed.Generator;
using Xen.Speed.Native;

namespace Xen.Speed.Guest;

/// <summary>A UDP socket of the kernel's stack.</summary>
internal sealed class LinuxNetwork(Ipv4Address own) : ISpeedNetwork
{
    private readonly DatagramSocket _socket = new(new SocketAddress(own, Plan.AgentPort));
    private readonly DatagramSocket _sender = new(new SocketAddress(own, 0));
    private readonly Queue<string> _orders = [];

    public ReceiveCount Received { get; } = new();

    public ValueTask<string> NextOrderAsync()
    {
        while (_orders.Count == 0)
        {
            int data = 0;
            int count = _socket.Receive(TimeSpan.Zero);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> datagram = _socket.Received(i);
                if (Plan.IsData(datagram))
                {
                    data++;
                }
                else
                {
                    _orders.Enqueue(Encoding.ASCII.GetString(datagram));
                }
            }

            if (data > 0)
            {
                Received.Add(data);
            }
        }

        return new ValueTask<string>(_orders.Dequeue());
    }

    public ValueTask AnswerAsync(string text)
    {
        _socket.Send(new SocketAddress(Plan.Dom0, Plan.OrderPort), Encoding.ASCII.GetBytes(text));
        return default;
    }

    public ValueTask SendAsync(int frameBytes, int count)
    {
        _sender.SendBurst(new SocketAddress(Plan.Dom0, Plan.SinkPort), frameBytes - Plan.HeaderBytes, count);
        return default;
    }

    public string Describe() => "the kernel's network";
}
