using Xen.Platform;

namespace Xen.Store;

/// <summary>What a toolstack has to know about any device.</summary>
public abstract record DeviceConfiguration
{
    private protected DeviceConfiguration(string type)
    {
        FrontendType = type;
        BackendType = type;
    }

    /// <summary>The domain that uses the device.</summary>
    public required DomainId Guest { get; init; }

    /// <summary>The domain that serves the device.</summary>
    public DomainId Backend { get; init; } = DomainId.Zero;

    /// <summary>The folder of the front end: <c>device/vbd</c>. Another name keeps a guest's kernel from taking the device.</summary>
    public string FrontendType { get; init; }

    /// <summary>The folder of the back end: <c>backend/vbd</c>. Another name keeps the serving domain's kernel from taking the device.</summary>
    public string BackendType { get; init; }

    /// <summary>False when the front end must bounce everything, as the back end is not trusted with its memory (XSA-403).</summary>
    public bool IsBackendTrusted { get; init; } = true;

    /// <summary>Further keys of the back end, for example those that a hotplug script would write.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> BackendKeys { get; init; } = [];

    internal abstract uint Id { get; }

    internal abstract void AddKeys(List<KeyValuePair<string, string>> frontend, List<KeyValuePair<string, string>> backend);

    private protected static KeyValuePair<string, string> Key(string name, string value) => new(name, value);
}
