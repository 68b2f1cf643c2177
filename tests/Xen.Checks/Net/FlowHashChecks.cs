using System.Buffers.Binary;
using Xen.Devices.Packets;
using Xen.Simulation.Choices;

namespace Xen.Checks.Net;

/// <summary>Which flow a frame belongs to.</summary>
public static class FlowHashChecks
{
    private const int PortsOffset = EthernetHeader.Size + Ipv4Header.Size;
    private const int Queues = 4;

    /// <summary>All frames between two ports are of one flow, whatever else they hold; the parts of a datagram are; many flows use every queue alike.</summary>
    public static void FramesOfAFlowHaveOneHash(IChoice choice)
    {
        var used = new int[Queues];
        for (int flow = 0; flow < 400; flow++)
        {
            byte[] first = Frame(choice, (ushort)flow, isFragment: false);
            byte[] second = Frame(choice, (ushort)flow, isFragment: false);
            Expect.Equal(FlowHash.Of(first), FlowHash.Of(second), $"the hash of flow {flow}");
            used[FlowHash.Of(first) % Queues]++;
        }

        Expect.That(used.Min() > 400 / Queues / 2, $"400 flows use the queues {string.Join(", ", used)} times.");
        Expect.Equal(
            FlowHash.Of(Frame(choice, (ushort)choice.Next(65536), isFragment: true)),
            FlowHash.Of(Frame(choice, (ushort)choice.Next(65536), isFragment: true)),
            "the hash of two parts of a datagram");
    }

    /// <summary>Any bytes of any length have a hash.</summary>
    public static void AnyBytesHaveAHash(IChoice choice)
    {
        for (int i = 0; i < 200; i++)
        {
            byte[] frame = new byte[choice.Next(80)];
            for (int place = 0; place < frame.Length; place++)
            {
                frame[place] = (byte)choice.Next(256);
            }

            if (frame.Length > 13)
            {
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), ((ushort[])[0x0800, 0x86DD, 0x0806])[choice.Next(3)]);
            }

            Expect.Equal(FlowHash.Of(frame), FlowHash.Of(frame), "the hash");
        }
    }

    private static byte[] Frame(IChoice choice, ushort port, bool isFragment)
    {
        byte[] frame = new byte[PortsOffset + 8 + choice.Next(200)];
        frame.AsSpan(PortsOffset).Fill((byte)choice.Next(256));
        new EthernetHeader(new Devices.MacAddress((ulong)choice.Next(1000)), new Devices.MacAddress(1), EthernetHeader.Ipv4).Write(frame);
        new Ipv4Header(new Ipv4Address(0x0A000001), new Ipv4Address(0x0A000002), Ipv4Header.Udp, frame.Length - PortsOffset).Write(frame.AsSpan(EthernetHeader.Size));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(EthernetHeader.Size + 6), isFragment ? (ushort)(0x2000 | choice.Next(100)) : (ushort)0x4000);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(PortsOffset), port);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(PortsOffset + 2), 7);
        return frame;
    }
}
