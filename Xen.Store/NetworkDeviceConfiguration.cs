using System.Globalization;

namespace Xen.Store;

/// <summary>A network interface, as a toolstack describes it (xen-protocols 1.11).</summary>
public sealed record NetworkDeviceConfiguration() : DeviceConfiguration("vif")
{
    /// <summary>The interface's number, from 0.</summary>
    public required uint Handle { get; init; }

    /// <summary>The guest's address: <c>00:16:3e:xx:xx:xx</c>.</summary>
    public required string Mac { get; init; }

    /// <summary>The bridge of the serving domain, where there is one.</summary>
    public string? Bridge { get; init; }

    /// <summary>The script that the serving domain runs when the device comes and goes, where there is one.</summary>
    public string? Script { get; init; }

    /// <summary>Bytes of a packet's payload at most, where it is not 1,500.</summary>
    public int? Mtu { get; init; }

    internal override uint Id => Handle;

    internal override void AddKeys(List<KeyValuePair<string, string>> frontend, List<KeyValuePair<string, string>> backend)
    {
        string handle = Handle.ToString(CultureInfo.InvariantCulture);
        frontend.AddRange([Key("handle", handle), Key("mac", Mac)]);
        backend.AddRange([Key("handle", handle), Key("mac", Mac), Key("type", "vif")]);
        AddOptional(backend, "bridge", Bridge);
        AddOptional(backend, "script", Script);
        string? mtu = Mtu?.ToString(CultureInfo.InvariantCulture);
        AddOptional(frontend, "mtu", mtu);
        AddOptional(backend, "mtu", mtu);
    }

    private static void AddOptional(List<KeyValuePair<string, string>> keys, string name, string? value)
    {
        if (value is not null)
        {
            keys.Add(Key(name, value));
        }
    }
}
