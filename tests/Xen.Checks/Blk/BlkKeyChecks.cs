using System.Globalization;
using System.Numerics;
using Xen.Blkback;
using Xen.Blkfront;
using Xen.Devices;
using Xen.Rings;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Blk;

/// <summary>R12: what either end writes about itself is taken when it is what it should be, and else refused by name.</summary>
public static class BlkKeyChecks
{
    private static readonly string[] Values =
    [
        "", "0", "1", "2", "3", "4", "5", "7", "8", "11", "31", "32", "64", "256", "511", "512", "513", "1024", "4096", "4097", "8192", "65536",
        "1073741824", "2147483648", "4294967295", "4294967296", "18014398509481983", "18014398509481984", "18446744073709551615",
        "18446744073709551616", "000000000000000000000512", "0512", "-1", "+1", " 1", "1 ", "1\0", "0x200", "x", "1\n", "５",
    ];

    /// <summary>A back end's keys, as its front end reads them.</summary>
    public static void BackendKeysAreTakenOrRefusedByName(IChoice choice) => BlkBench.RunCheck(choice, async bench =>
    {
        var disk = new HostileDisk(bench, choice);
        string key = disk.Keys.Keys.ElementAt(choice.Next(disk.Keys.Count));
        string value = disk.Keys[key] = Values[choice.Next(Values.Length)];
        Task connecting = bench.OnDom0Async(disk.ConnectAsync);
        string node = bench.Paths.Backend + "/" + key;
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), bench.Time);
            await using BlkfrontDevice device = await bench.OpenAsync(new BlkfrontOptions { CopyPages = 32, ReservedPages = 0, RingPageOrder = 4 });
            Expect.That(IsBackendValue(key, value), $"{key} = \"{value}\" was taken as {device.Info}.");
            ExpectInfo(device, key, value);
            await connecting;
            await bench.OnDom0Async(disk.CloseAsync);
        }
        catch (XenProtocolException breach)
        {
            Expect.That(!IsBackendValue(key, value), $"{key} = \"{value}\" was refused: {breach.Message}");
            Expect.That(breach.Message.Contains(node, StringComparison.Ordinal), $"The error does not name {node}: {breach.Message}");
            Expect.That(breach.OffendingValue.StartsWith('"') && breach.Rule.Contains(" is ", StringComparison.Ordinal), $"The error does not say what was found and expected: {breach.Message}");
            if (key != BlkifKeys.MaxRingPageOrder)
            {
                await connecting;
                await bench.OnDom0Async(disk.CloseAsync);
                // It let go of the ring only now.
                await Task.Delay(TimeSpan.FromMinutes(5), bench.Time);
            }
        }
    });

    /// <summary>A front end's keys, as its back end reads them: what is wrong is in the back end's error node.</summary>
    public static void FrontendKeysAreTakenOrRefusedByName(IChoice choice) => BlkBench.RunCheck(choice, async bench =>
    {
        uint maxOrder = (uint)choice.Next(5);
        bench.Serve(grants => MemoryBlockStore.Allocate(grants, 16), new BlkbackOptions { MaxRingPageOrder = maxOrder });
        using var front = new HostileDiskFront(bench, choice);
        string key = ((string[])[BlkifKeys.RingRef, BlkifKeys.EventChannel, BlkifKeys.Protocol, BlkifKeys.RingPageOrder, BlkifKeys.MultiQueueNumQueues])[choice.Next(5)];
        string? value = choice.Next(Values.Length + 1) is int index && index < Values.Length ? Values[index] : null;
        value = key == BlkifKeys.Protocol && choice.Next(3) > 0 ? ((string[])["x86_64-abi", "x86_32-abi", "arm-abi"])[choice.Next(3)] : value;
        bool isConnected = await front.TryConnectAsync(key, value);
        string? error = await bench.Dom0.Store.TryReadTextAsync($"/local/domain/0/error/backend/vbd/{bench.Guest.Id.Value}/51712/error");
        if (!IsFrontendValue(key, value, maxOrder))
        {
            Expect.That(!isConnected && error is not null, $"{key} = \"{value}\" was taken.");
            string named = key == BlkifKeys.RingPageOrder && IsOrder(value, maxOrder) ? BlkifKeys.RingRefOf(0) : key;
            Expect.That(error!.Contains($"{bench.Paths.Frontend}/{named}", StringComparison.Ordinal), $"The error does not name {named}: {error}");
        }
        else
        {
            // A number that is one may still be no port or reference of this front end's.
            Expect.That(isConnected || key is BlkifKeys.RingRef or BlkifKeys.EventChannel, $"{key} = \"{value}\" was refused: {error}");
        }

        await front.CloseAsync();
    });

    /// <summary>A disk may grow, shrink or become read-only while it is connected (xen-protocols 1.10); its sectors stay what they are.</summary>
    public static void ChangesAreTakenOrRefused(IChoice choice) => BlkBench.RunCheck(choice, async bench =>
    {
        var disk = new HostileDisk(bench, choice);
        Task connecting = bench.OnDom0Async(disk.ConnectAsync);
        await using BlkfrontDevice device = await bench.OpenAsync(new BlkfrontOptions { CopyPages = 32, ReservedPages = 0 });
        await connecting;
        string key = ((string[])[BlkifKeys.Sectors, BlkifKeys.SectorSize, BlkifKeys.Info])[choice.Next(3)];
        string value = Values[choice.Next(Values.Length)];
        await bench.OnDom0Async(() => disk.ChangeAsync(key, value));
        await Task.Delay(TimeSpan.FromMilliseconds(100), bench.Time);
        bool isTaken = IsBackendValue(key, value) && (key != BlkifKeys.SectorSize || value is "512" or "0512");
        Expect.Equal(isTaken, device.IsConnected, $"connected after {key} became \"{value}\"");
        if (isTaken)
        {
            ExpectInfo(device, key, value);
            await bench.OnDom0Async(disk.CloseAsync);
            return;
        }

        await bench.OnDom0Async(disk.CloseAsync);
        XenbusEnd end = await device.ConnectionCompletion;
        Expect.That(
            end.Exception is XenProtocolException breach && breach.Message.Contains($"{bench.Paths.Backend}/{key}", StringComparison.Ordinal),
            $"The end does not name {key}: {end.Exception?.Message}");
    });

    private static void ExpectInfo(BlkfrontDevice device, string key, string value)
    {
        BlockDeviceInfo info = device.Info;
        Expect.That(BitOperations.IsPow2(info.SectorSize) && info.SectorSize is >= 512 and <= 4096 && info.PhysicalSectorSize >= info.SectorSize, $"{info} with {key} = {value}");
        Expect.That(info.SizeBytes <= long.MaxValue, $"{info} with {key} = {value}");
        ulong number = ulong.Parse(value, CultureInfo.InvariantCulture);
        bool isRight = key switch
        {
            BlkifKeys.Sectors => info.SizeSectors == number,
            BlkifKeys.SectorSize => info.SectorSize == (int)number && info.SizeBytes == HostileDisk.Sectors * 512,
            BlkifKeys.PhysicalSectorSize => info.PhysicalSectorSize == (int)number,
            BlkifKeys.Info => info.IsReadOnly == ((number & 4) != 0),
            BlkifKeys.FeatureFlushCache => info.SupportsFlush == (number == 1),
            BlkifKeys.FeatureDiscard => info.SupportsDiscard == (number == 1),
            _ => true,
        };
        Expect.That(isRight, $"{key} = {value} became {info}.");
    }

    // The reference once more: digits only, in range.
    private static bool IsBackendValue(string key, string value) => TryNumber(value, out ulong number) && key switch
    {
        BlkifKeys.Sectors => number <= (1ul << 54) - 1,
        BlkifKeys.SectorSize => BitOperations.IsPow2(number) && number is >= 512 and <= 4096,
        BlkifKeys.PhysicalSectorSize => BitOperations.IsPow2(number) && number is >= 512 and <= 1 << 30,
        BlkifKeys.Info => number <= uint.MaxValue,
        BlkifKeys.FeatureMaxIndirectSegments => number <= 4096,
        BlkifKeys.MaxRingPageOrder => number <= 31,
        _ => number <= 1,
    };

    private static bool IsFrontendValue(string key, string? value, uint maxOrder) => key switch
    {
        BlkifKeys.Protocol => value is null or "x86_64-abi",
        BlkifKeys.MultiQueueNumQueues => value is null || (TryNumber(value, out ulong queues) && queues == 1),
        BlkifKeys.RingPageOrder => value is null || (IsOrder(value, maxOrder) && ulong.Parse(value, CultureInfo.InvariantCulture) == 0),
        _ => TryNumber(value, out ulong number) && number <= uint.MaxValue,
    };

    private static bool IsOrder(string? value, uint maxOrder) => TryNumber(value, out ulong order) && order <= maxOrder;

    private static bool TryNumber(string? value, out ulong number)
    {
        number = 0;
        return value is { Length: > 0 and <= 20 } && value.All(char.IsAsciiDigit) && ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
