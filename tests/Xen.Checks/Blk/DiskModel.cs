using Xen.Blkfront;
using Xen.Devices;
using Xen.Simulation.Choices;

namespace Xen.Checks.Blk;

/// <summary>A disk as a byte array, and operations on ranges that do not overlap, under way together.</summary>
internal sealed class DiskModel(BlkfrontDevice device, IChoice choice)
{
    private readonly byte[] _content = new byte[device.Info.SizeBytes];
    private byte[] _durable = new byte[device.Info.SizeBytes];
    private ulong _next;

    /// <summary>What was written before the last flush.</summary>
    public ReadOnlySpan<byte> Durable => _durable;

    private int SectorSize => device.Info.SectorSize;

    /// <summary>Starts operations on ranges one after the other, ends with a flush, waits for all.</summary>
    public async Task RunBatchAsync()
    {
        List<Task> running = [];
        for (_next = (ulong)choice.Next(30); running.Count < 10 && _next < device.Info.SizeSectors; _next += (ulong)choice.Next(3))
        {
            int most = choice.Next(3) == 0 ? 800 : 24;
            ulong count = Math.Min((ulong)(1 + choice.Next(most)), device.Info.SizeSectors - _next);
            running.Add(StartAsync(_next, (int)count));
            _next += count;
        }

        running.Add(FlushAsync());
        await Task.WhenAll(running);
    }

    /// <summary>Demands that the whole disk is what it should be.</summary>
    public async Task ExpectAllAsync()
    {
        var all = new byte[_content.Length];
        Expect.That((await device.ReadAsync(0, all.AsMemory())).IsSuccess, "The disk cannot be read.");
        ExpectSame(all, _content, "the whole disk");
    }

    private static void ExpectSame(ReadOnlySpan<byte> actual, ReadOnlySpan<byte> expected, string what)
    {
        int same = actual.CommonPrefixLength(expected);
        Expect.That(same == expected.Length, $"{what}: byte {same} of {expected.Length} is wrong.");
    }

    private Task StartAsync(ulong sector, int count) => choice.Next(8) switch
    {
        0 when device.Info.SupportsDiscard => DiscardAsync(sector, count),
        0 or 1 or 2 => ReadAsync(sector, count),
        3 => UseReservedAsync(sector, count),
        4 => ReadManyAsync(sector, count),
        5 => WriteManyAsync(sector, count),
        _ => WriteAsync(sector, count),
    };

    private Span<byte> Range(ulong sector, int count) => _content.AsSpan((int)sector * SectorSize, count * SectorSize);

    // At any alignment, with a margin that nobody may touch.
    private Memory<byte> Buffer(int count, out byte[] whole)
    {
        whole = new byte[(count * SectorSize) + 64];
        whole.AsSpan().Fill(0xAA);
        return whole.AsMemory(choice.Next(64), count * SectorSize);
    }

    private void Fill(Span<byte> bytes)
    {
        uint state = (uint)choice.Next(int.MaxValue) | 1;
        foreach (ref byte value in bytes)
        {
            state = (state * 1664525) + 1013904223;
            value = (byte)(state >> 24);
        }
    }

    private async Task ReadAsync(ulong sector, int count)
    {
        Memory<byte> buffer = Buffer(count, out byte[] whole);
        Expect.That((await device.ReadAsync(sector, buffer)).IsSuccess, "A read failed.");
        ExpectSame(buffer.Span, Range(sector, count), $"a read of {count} sectors at {sector}");
        buffer.Span.Fill(0xAA);
        Expect.That(whole.AsSpan().IndexOfAnyExcept((byte)0xAA) < 0, "A read wrote beside its buffer.");
    }

    private async Task WriteAsync(ulong sector, int count)
    {
        Memory<byte> buffer = Buffer(count, out _);
        Fill(buffer.Span);
        buffer.Span.CopyTo(Range(sector, count));
        Expect.That((await device.WriteAsync(sector, buffer)).IsSuccess, "A write failed.");
    }

    private async Task ReadManyAsync(ulong sector, int count)
    {
        Memory<byte> buffer = Buffer(count, out _);
        Memory<byte>[] parts = [.. Split(count).Select(range => buffer[range])];
        Expect.That((await device.ReadAsync(sector, parts)).IsSuccess, "A read into several buffers failed.");
        ExpectSame(buffer.Span, Range(sector, count), $"a read of {count} sectors at {sector} into {parts.Length} buffers");
    }

    private async Task WriteManyAsync(ulong sector, int count)
    {
        Memory<byte> buffer = Buffer(count, out _);
        Fill(buffer.Span);
        buffer.Span.CopyTo(Range(sector, count));
        ReadOnlyMemory<byte>[] parts = [.. Split(count).Select(range => (ReadOnlyMemory<byte>)buffer[range])];
        Expect.That((await device.WriteAsync(sector, parts)).IsSuccess, "A write of several buffers failed.");
    }

    // Whole sectors each, none at all too.
    private IEnumerable<Range> Split(int count)
    {
        int at = 0;
        while (at < count)
        {
            int part = choice.Next(Math.Min(count - at, 20) + 1);
            yield return (at * SectorSize)..((at + part) * SectorSize);
            at += part;
            if (part == 0 && choice.Next(2) == 0)
            {
                // A source of choices that has run out gives nothing but zeroes.
                yield return (at * SectorSize)..(count * SectorSize);
                at = count;
            }
        }
    }

    private async Task UseReservedAsync(ulong sector, int count)
    {
        int length = Math.Min(count * SectorSize, device.MaxReservationLength / SectorSize * SectorSize);
        if (length == 0 || !device.TryReserve(length, out BlockBuffer buffer))
        {
            return;
        }

        using BlockBuffer reserved = buffer;
        count = length / SectorSize;
        bool isWrite = choice.Next(2) == 0;
        if (isWrite)
        {
            Fill(reserved.Span);
            reserved.Span.CopyTo(Range(sector, count));
        }

        Expect.That((await (isWrite ? device.WriteAsync(sector, reserved) : device.ReadAsync(sector, reserved))).IsSuccess, "An operation on a reserved buffer failed.");
        ExpectSame(reserved.Span, Range(sector, count), $"a reserved buffer of {count} sectors at {sector}");
    }

    private async Task DiscardAsync(ulong sector, int count)
    {
        // What the stores here do; the protocol promises nothing.
        Range(sector, count).Clear();
        Expect.That((await device.DiscardAsync(sector, (ulong)count)).IsSuccess, "A discard failed.");
    }

    private async Task FlushAsync()
    {
        byte[] expected = [.. _content];
        bool isOffered = device.Info.SupportsFlush;
        DeviceResult result = await device.FlushAsync();
        Expect.Equal(isOffered ? DeviceStatus.Success : DeviceStatus.NotSupported, result.Status, "a flush");
        _durable = isOffered ? expected : _durable;
    }
}
