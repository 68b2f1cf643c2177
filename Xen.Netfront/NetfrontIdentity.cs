using System.Text;
using Xen.Devices;
using Xen.Rings;
using Xen.Store;

namespace Xen.Netfront;

/// <summary>What the toolstack says about the interface.</summary>
/// <param name="MacAddress">Its address.</param>
/// <param name="Mtu">The largest payload of an Ethernet frame.</param>
internal readonly record struct NetfrontIdentity(MacAddress MacAddress, int Mtu)
{
    /// <summary>Reads the keys, at the front end's node first and then at the back end's: toolstacks differ in where they write them.</summary>
    public static async ValueTask<NetfrontIdentity> ReadAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        byte[]? macText = await ReadEitherAsync(connection, NetifKeys.Mac, cancellationToken);
        if (macText is null || !MacAddress.TryParse(Encoding.ASCII.GetString(macText), out MacAddress mac) || mac.IsMulticast)
        {
            throw connection.Violation($"{NetifKeys.Mac} is the address of one interface, like 00:16:3e:01:02:03 (R12)", XenProtocolException.Show(macText));
        }

        int mtu = NetifKeys.DefaultMtu;
        byte[]? mtuText = await ReadEitherAsync(connection, NetifKeys.Mtu, cancellationToken);
        if (mtuText is not null && !NetifKeys.TryParseMtu(mtuText, out mtu))
        {
            throw connection.Violation($"{NetifKeys.Mtu} is {NetifKeys.MinMtu} to 65535 (R12)", XenProtocolException.Show(mtuText));
        }

        return new NetfrontIdentity(mac, mtu);
    }

    private static async ValueTask<byte[]?> ReadEitherAsync(XenbusConnection connection, string key, CancellationToken cancellationToken) =>
        await connection.Context.Store.TryReadAsync(connection.Context.Key(key), cancellationToken)
        ?? await connection.Context.Store.TryReadAsync(connection.Context.PeerKey(key), cancellationToken);
}
