using System.Text;
using Xen.Grants;
using Xen.Rings;
using Xen.Store;

namespace Xen.Blkback;

/// <summary>Reads what a front end wrote. Everything is range-checked (R12): the front end is not trusted.</summary>
internal static class BlkbackFrontendReader
{
    public static async ValueTask<BlkbackFrontend> ReadAsync(XenbusConnection connection, uint maxRingPageOrder, CancellationToken cancellationToken)
    {
        byte[]? protocol = await TryReadAsync(connection, BlkifKeys.Protocol, cancellationToken);
        // Missing means that of the host, which is x86_64.
        if (protocol is not null && Encoding.ASCII.GetString(protocol) != Blkif.ProtocolX8664)
        {
            throw Refused(connection, BlkifKeys.Protocol, $"\"{Blkif.ProtocolX8664}\"", protocol);
        }

        byte[]? queues = await TryReadAsync(connection, BlkifKeys.MultiQueueNumQueues, cancellationToken);
        if (queues is not null && !(BlkifKeys.TryParseNumber(queues, out uint count) && count == 1))
        {
            throw Refused(connection, BlkifKeys.MultiQueueNumQueues, "1, since no more queues are offered", queues);
        }

        return new BlkbackFrontend(
            await ReadRingRefsAsync(connection, maxRingPageOrder, cancellationToken),
            await ReadNumberAsync(connection, BlkifKeys.EventChannel, cancellationToken));
    }

    private static async ValueTask<GrantRef[]> ReadRingRefsAsync(XenbusConnection connection, uint maxRingPageOrder, CancellationToken cancellationToken)
    {
        byte[]? text = await TryReadAsync(connection, BlkifKeys.RingPageOrder, cancellationToken);
        if (text is null)
        {
            return [new GrantRef(await ReadNumberAsync(connection, BlkifKeys.RingRef, cancellationToken))];
        }

        if (!BlkifKeys.TryParseRingPageOrder(text, maxRingPageOrder, out uint order))
        {
            throw Refused(connection, BlkifKeys.RingPageOrder, $"an order from 0 to {maxRingPageOrder}", text);
        }

        // A ring of one page has either name (xen-protocols 1.12).
        if (order == 0 && await TryReadAsync(connection, BlkifKeys.RingRefOf(0), cancellationToken) is null)
        {
            return [new GrantRef(await ReadNumberAsync(connection, BlkifKeys.RingRef, cancellationToken))];
        }

        var refs = new GrantRef[1 << (int)order];
        for (int page = 0; page < refs.Length; page++)
        {
            refs[page] = new GrantRef(await ReadNumberAsync(connection, BlkifKeys.RingRefOf(page), cancellationToken));
        }

        return refs;
    }

    private static async ValueTask<uint> ReadNumberAsync(XenbusConnection connection, string key, CancellationToken cancellationToken)
    {
        byte[]? text = await TryReadAsync(connection, key, cancellationToken);
        return BlkifKeys.TryParseNumber(text, out uint number) ? number : throw Refused(connection, key, "a 32-bit number", text);
    }

    private static ValueTask<byte[]?> TryReadAsync(XenbusConnection connection, string key, CancellationToken cancellationToken) =>
        connection.Context.Store.TryReadAsync(connection.Context.PeerKey(key), cancellationToken);

    private static XenProtocolException Refused(XenbusConnection connection, string key, string expected, byte[]? text) =>
        connection.Violation($"{connection.Context.PeerKey(key)} is {expected} (R12)", XenProtocolException.Show(text));
}
