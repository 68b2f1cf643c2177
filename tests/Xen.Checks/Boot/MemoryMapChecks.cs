using System.Buffers.Binary;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation.Choices;

namespace Xen.Checks.Boot;

/// <summary>Memory maps, against a model that keeps a type for each byte of a small address space.</summary>
internal static class MemoryMapChecks
{
    private const int Pages = 12;

    public static void AgreesWithModel(IChoice choice)
    {
        ulong first = choice.Next(2) == 0 ? 0 : 1UL << 33;
        var entries = new E820Entry[choice.Next(24)];
        // By byte: 0 for nothing, else the type that wins.
        uint[] model = new uint[Pages * PageSize.Bytes];
        foreach (ref E820Entry entry in entries.AsSpan())
        {
            int at = Place(choice), end = Math.Max(at, Place(choice));
            var type = (HvmMemmapType)choice.Next(9);
            entry = new E820Entry { Addr = first + (ulong)at, Size = (ulong)(end - at), Type = type };
            foreach (ref uint there in model.AsSpan(at..end))
            {
                there = Stricter(there, Known(type));
            }
        }

        MemoryMap map = MemoryMap.Normalise(entries);
        uint[] actual = new uint[model.Length];
        MemoryRegion? before = null;
        foreach (MemoryRegion region in map.Regions)
        {
            Expect.That(region.Last >= region.First && (before is null || region.First > before.Value.Last), $"{region} comes before {before}.");
            bool isJoined = before is not { } left || left.Last + 1 != region.First || left.Type != region.Type;
            Expect.That(isJoined, $"{before} and {region} are one.");
            actual.AsSpan((int)(region.First - first)..(int)(region.Last - first + 1)).Fill((uint)region.Type);
            before = region;
        }

        Expect.That(actual.AsSpan().SequenceEqual(model), $"The map differs from the model at byte {actual.AsSpan().CommonPrefixLength(model)}.");
        ExpectFrames(map, model, first >> PageSize.Shift);
    }

    public static void EdgesHold(IChoice choice)
    {
        var entries = new E820Entry[1 + choice.Next(4)];
        foreach (ref E820Entry entry in entries.AsSpan())
        {
            entry = new E820Entry { Addr = Words.NearALimit(choice), Size = Words.NearALimit(choice), Type = HvmMemmapType.Ram };
        }

        MemoryMap map = MemoryMap.Normalise(entries);
        foreach (E820Entry entry in entries)
        {
            ulong last = entry.Size - 1 > ulong.MaxValue - entry.Addr ? ulong.MaxValue : entry.Addr + (entry.Size - 1);
            bool isThere = map.Regions.Any(region => region.First <= entry.Addr && region.Last >= last);
            Expect.That(entry.Size == 0 || isThere, $"0x{entry.Addr:x}, 0x{entry.Size:x} bytes, is not in one region.");
        }

        foreach (FrameRange range in map.Ram)
        {
            Expect.That(range.Count > 0 && range.First + range.Count <= 1UL << 52, $"{range} is not among the frames.");
        }
    }

    // Xen's own limit is 128 entries: all of them count, in any order, and not one that was not stored.
    public static void XenIsAsked(IChoice choice)
    {
        var map = new E820Entry[choice.Next(2) == 0 ? 128 : choice.Next(128)];
        for (int i = 0; i < map.Length; i++)
        {
            int place = (i * 37) % 128;
            map[i] = new E820Entry { Addr = (ulong)place << 34, Size = PageSize.Bytes, Type = HvmMemmapType.Ram };
        }

        var xen = new MapHypervisor(map);
        PvhBoot boot = BootWithMap(choice.Next(2) == 0);
        MemoryMap read = MemoryMap.Of(boot, xen);
        Expect.Equal(boot.MemoryMap is null ? 1 : 0, xen.Calls, "Xen was asked");
        if (boot.MemoryMap is not null)
        {
            Expect.Equal(256UL, read.RamFrames, "frames of the start info's map");
            return;
        }

        Expect.Equal(128u, xen.Room, "room for entries");
        Expect.Equal((ulong)map.Length, read.RamFrames, "frames");
        Expect.Equal(map.Length, read.Regions.Count, "regions");
        bool isWhole = map.All(entry => read.Regions.Contains(new MemoryRegion(entry.Addr, entry.Addr + entry.Size - 1, entry.Type)));
        Expect.That(isWhole, "Every entry is a region.");
    }

    public static void XenIsNotBelievedBlindly(IChoice choice)
    {
        bool isRefused = choice.Next(2) == 0;
        var map = new E820Entry[128];
        var xen = new MapHypervisor(map)
        {
            Result = isRefused ? -(long)XenErrno.ENOSYS : 0,
            Claimed = isRefused ? 0 : 1 + ((uint)Words.NearALimit(choice) / 2),
        };
        try
        {
            MemoryMap.FromHypervisor(xen);
        }
        catch (XenException refused) when (isRefused)
        {
            Expect.Equal(XenErrno.ENOSYS, refused.ErrorCode, "why Xen refused");
            return;
        }
        catch (InvalidDataException refused) when (!isRefused)
        {
            bool isNamed = refused.Message.Contains($"{128 + xen.Claimed} entries stored, expected at most 128", StringComparison.Ordinal);
            Expect.That(isNamed, $"A refusal without a number: {refused.Message}");
            return;
        }

        throw new CheckFailedException("A map that Xen did not give was taken.");
    }

    private static PvhBoot BootWithMap(bool hasMap)
    {
        byte[] memory = new byte[128];
        BinaryPrimitives.WriteUInt32LittleEndian(memory, 0x336EC578);
        BinaryPrimitives.WriteUInt32LittleEndian(memory.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(memory.AsSpan(40), hasMap ? 64u : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(memory.AsSpan(48), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(memory.AsSpan(64 + 8), 256 * PageSize.Bytes);
        memory[64 + 16] = 1;
        return PvhBoot.Read(new BootMemory(0, memory), 0);
    }

    private static int Place(IChoice choice) => Math.Min(Pages * PageSize.Bytes, (choice.Next(Pages + 1) * PageSize.Bytes) + (choice.Next(3) * choice.Next(3)));

    private static uint Known(HvmMemmapType type) => type is >= HvmMemmapType.Ram and <= HvmMemmapType.Pmem ? (uint)type : (uint)HvmMemmapType.Reserved;

    private static uint Stricter(uint left, uint right)
    {
        HvmMemmapType[] order =
        [
            0, HvmMemmapType.Ram, HvmMemmapType.Pmem, HvmMemmapType.Acpi, HvmMemmapType.Nvs, HvmMemmapType.Reserved, HvmMemmapType.Disabled,
            HvmMemmapType.Unusable,
        ];
        return Array.IndexOf(order, (HvmMemmapType)left) > Array.IndexOf(order, (HvmMemmapType)right) ? left : right;
    }

    private static void ExpectFrames(MemoryMap map, uint[] model, ulong firstFrame)
    {
        ulong count = 0;
        for (int page = 0; page < Pages; page++)
        {
            bool isRam = model.AsSpan(page * PageSize.Bytes, PageSize.Bytes).IndexOfAnyExcept((uint)HvmMemmapType.Ram) < 0;
            ulong frame = firstFrame + (ulong)page;
            Expect.Equal(isRam, map.Ram.Any(range => frame >= range.First && frame - range.First < range.Count), $"frame {page} is memory");
            count += isRam ? 1u : 0;
        }

        Expect.Equal(count, map.RamFrames, "frames");
    }
}
