using Xen.Rings;
using Xen.Store;

namespace Xen.Blkfront;

/// <summary>Reads what a backend writes about itself. Everything is range-checked (R12): the backend is not trusted.</summary>
internal static class BlkfrontBackendReader
{
    private delegate bool Parser<T>(ReadOnlySpan<byte> text, out T value);

    /// <summary>The longest ring that the backend takes; 0 when it says nothing.</summary>
    public static async ValueTask<uint> ReadMaxRingPageOrderAsync(XenbusConnection connection, CancellationToken cancellationToken) =>
        await ReadAsync(
            connection,
            BlkifKeys.MaxRingPageOrder,
            "an order from 0 to 31",
            static (ReadOnlySpan<byte> text, out uint order) => BlkifKeys.TryParseRingPageOrder(text, 31, out order),
            0u,
            cancellationToken);

    /// <summary>Reads the keys that hold once the backend is in state 4.</summary>
    public static async ValueTask<BlkfrontBackend> ReadAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        ulong sectors = await ReadRequiredAsync<ulong>(
            connection, BlkifKeys.Sectors, "a number of sectors of 512 bytes that fits a disk", BlkifKeys.TryParseSectors, cancellationToken);
        int sectorSize = await ReadRequiredAsync<int>(
            connection, BlkifKeys.SectorSize, "a power of two from 512 to 4096", BlkifKeys.TryParseSectorSize, cancellationToken);
        int physicalSectorSize = await ReadAsync(
            connection,
            BlkifKeys.PhysicalSectorSize,
            "a power of two from the sector size to 1 GiB",
            (ReadOnlySpan<byte> text, out int bytes) => BlkifKeys.TryParsePhysicalSectorSize(text, sectorSize, out bytes),
            sectorSize,
            cancellationToken);
        uint info = await ReadAsync<uint>(connection, BlkifKeys.Info, "a 32-bit number", BlkifKeys.TryParseInfo, 0, cancellationToken);
        uint segments = await ReadAsync<uint>(
            connection, BlkifKeys.FeatureMaxIndirectSegments, "a number from 0 to 4096", BlkifKeys.TryParseMaxIndirectSegments, 0, cancellationToken);
        return new BlkfrontBackend
        {
            Sectors = sectors,
            SectorSize = sectorSize,
            PhysicalSectorSize = physicalSectorSize,
            IsReadOnly = (info & BlkifKeys.InfoReadOnly) != 0,
            OffersFlush = await ReadFeatureAsync(connection, BlkifKeys.FeatureFlushCache, cancellationToken),
            OffersDiscard = await ReadFeatureAsync(connection, BlkifKeys.FeatureDiscard, cancellationToken),
            MaxIndirectSegments = (int)segments,
        };
    }

    private static async ValueTask<bool> ReadFeatureAsync(XenbusConnection connection, string key, CancellationToken cancellationToken) =>
        await ReadAsync<bool>(connection, key, "0 or 1", BlkifKeys.TryParseFeature, false, cancellationToken);

    private static async ValueTask<T> ReadRequiredAsync<T>(
        XenbusConnection connection, string key, string expected, Parser<T> parser, CancellationToken cancellationToken)
    {
        byte[]? text = await connection.Context.Store.TryReadAsync(connection.Context.PeerKey(key), cancellationToken);
        return text is not null && parser(text, out T value) ? value : throw Refused(connection, key, expected, text);
    }

    private static async ValueTask<T> ReadAsync<T>(
        XenbusConnection connection, string key, string expected, Parser<T> parser, T missing, CancellationToken cancellationToken)
    {
        byte[]? text = await connection.Context.Store.TryReadAsync(connection.Context.PeerKey(key), cancellationToken);
        if (text is null)
        {
            return missing;
        }

        return parser(text, out T value) ? value : throw Refused(connection, key, expected, text);
    }

    private static XenProtocolException Refused(XenbusConnection connection, string key, string expected, byte[]? text) =>
        connection.Violation($"{connection.Context.PeerKey(key)} is {expected} (R12)", XenProtocolException.Show(text));
}
