using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Xen.Devices;

namespace Xen.Floor0.Tests.Devices;

public sealed class PcapngTests : IDisposable
{
    private readonly FakeNetworkDevice _device = new();

    public void Dispose() => _device.DisposeAsync().GetAwaiter().GetResult();

    [Fact]
    public async Task What_passes_a_device_can_be_read_back()
    {
        var stream = new MemoryStream();
        byte[] sent = Frame(61);
        byte[] received = Frame(1514);
        using (var writer = new PcapngWriter(stream, new FixedTime()))
        {
            await using var device = new PcapNetworkDevice(_device, writer);
            Task<DeviceResult> listening = device.ListenAsync(_ => ValueTask.CompletedTask);
            await device.WriteAsync(sent);
            await _device.ReceiveAsync(received, 700);
            await device.DisposeAsync();
            await listening;
            Assert.Equal(2, writer.Frames);
        }

        List<(uint Type, byte[] Body)> blocks = Parse(stream.ToArray());
        Assert.Equal([0x0A0D0D0Au, 1u, 6u, 6u], blocks.Select(block => block.Type));
        Assert.Equal("device/vif/0", Encoding.UTF8.GetString(Option(blocks[1].Body, 8, 2)));
        Assert.Equal([7], Option(blocks[1].Body, 8, 9));
        CheckPacket(blocks[2].Body, sent, direction: 2);
        CheckPacket(blocks[3].Body, received, direction: 1);
    }

    [Fact]
    public void A_snap_length_keeps_the_beginning_and_the_original_length()
    {
        var stream = new MemoryStream();
        using (var writer = new PcapngWriter(stream, new FixedTime(), snapLength: 10))
        {
            writer.Write(writer.AddInterface("eth"), PcapngDirection.Inbound, Frame(100));
        }

        byte[] packet = Parse(stream.ToArray())[2].Body;
        Assert.Equal(10u, BinaryPrimitives.ReadUInt32LittleEndian(packet.AsSpan(12)));
        Assert.Equal(100u, BinaryPrimitives.ReadUInt32LittleEndian(packet.AsSpan(16)));
    }

    [Fact]
    public async Task A_capture_that_cannot_be_written_ends_and_the_traffic_goes_on()
    {
        var stream = new FullStream(room: 200);
        using var writer = new PcapngWriter(stream, new FixedTime());
        await using var device = new PcapNetworkDevice(_device, writer);
        for (int i = 0; i < 10; i++)
        {
            Assert.True((await device.WriteAsync(Frame(60))).IsSuccess);
        }

        Assert.IsType<IOException>(writer.Failure);
        Assert.Equal(10, _device.Sent.Count);
    }

    [Fact]
    public void Tshark_opens_a_capture()
    {
        if (!File.Exists("/usr/bin/tshark"))
        {
            return;
        }

        string path = Path.GetTempFileName();
        try
        {
            using (var writer = new PcapngWriter(File.Create(path), new FixedTime()))
            {
                int number = writer.AddInterface("device/vif/0");
                writer.Write(number, PcapngDirection.Outbound, Frame(61));
                writer.Write(number, PcapngDirection.Inbound, Frame(1514));
            }

            var start = new ProcessStartInfo("/usr/bin/tshark", ["-r", path, "-T", "fields", "-e", "frame.len", "-e", "frame.interface_name"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            Assert.Equal("61\tdevice/vif/0\n1514\tdevice/vif/0\n", output);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] Frame(int length) => Enumerable.Range(0, length).Select(i => (byte)i).ToArray();

    private static void CheckPacket(byte[] body, byte[] frame, uint direction)
    {
        ulong ticks = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(4)) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(8));
        Assert.Equal((ulong)TimeSpan.FromDays(1).Ticks, ticks);
        Assert.Equal((uint)frame.Length, BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(12)));
        Assert.Equal(frame, body[20..(20 + frame.Length)]);
        int options = 20 + ((frame.Length + 3) & ~3);
        Assert.Equal(direction, BinaryPrimitives.ReadUInt32LittleEndian(Option(body, options, 2)));
    }

    // A reader of its own: block lengths at both ends, bodies in multiples of four.
    private static List<(uint Type, byte[] Body)> Parse(byte[] file)
    {
        var blocks = new List<(uint, byte[])>();
        for (int at = 0; at < file.Length;)
        {
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4));
            Assert.Equal(0, length % 4);
            Assert.Equal(length, BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + length - 4)));
            blocks.Add((type, file[(at + 8)..(at + length - 4)]));
            at += length;
        }

        return blocks;
    }

    private static byte[] Option(byte[] body, int start, ushort wanted)
    {
        int at = start;
        while (true)
        {
            ushort code = BinaryPrimitives.ReadUInt16LittleEndian(body.AsSpan(at));
            ushort length = BinaryPrimitives.ReadUInt16LittleEndian(body.AsSpan(at + 2));
            Assert.NotEqual(0, code);
            if (code == wanted)
            {
                return body[(at + 4)..(at + 4 + length)];
            }

            at += 4 + ((length + 3) & ~3);
        }
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddDays(1);
    }

    private sealed class FullStream(int room) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Length + buffer.Length > room)
            {
                throw new IOException("No space left on device");
            }

            base.Write(buffer);
        }
    }
}
