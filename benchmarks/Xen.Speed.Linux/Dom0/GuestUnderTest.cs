using System.Globalization;
using System.Net;
using Xen.Devices.Packets;

namespace Xen.Speed.Dom0;

/// <summary>One of the two guests.</summary>
/// <param name="Name">What the tables call it.</param>
/// <param name="Domain">Its number.</param>
/// <param name="Address">Where its agent listens.</param>
internal sealed record GuestUnderTest(string Name, int Domain, Ipv4Address Address)
{
    public static GuestUnderTest Parse(string text)
    {
        string[] parts = text.Split('=');
        return new GuestUnderTest(parts[0], int.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture), Ipv4Address.From(IPAddress.Parse(parts[2])));
    }

    /// <summary>Frames that the back end took from the guest so far.</summary>
    public long AcceptedFrames() =>
        long.Parse(File.ReadAllText($"/sys/class/net/vif{Domain}.0/statistics/rx_packets"), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
}
