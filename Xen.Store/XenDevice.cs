using Xen.Platform;
using Xen.Rings;

namespace Xen.Store;

/// <summary>A device of this guest, as its nodes say.</summary>
/// <param name="Type">The folder: <c>vbd</c>, <c>vif</c>.</param>
/// <param name="Id">The number: 51712 for <c>xvda</c>, 0 for the first interface.</param>
/// <param name="Path">The front end's node, relative to the guest's home.</param>
/// <param name="BackendPath">The back end's node.</param>
/// <param name="Backend">The domain that serves it.</param>
/// <param name="State">The front end's state.</param>
/// <param name="BackendState">The back end's state.</param>
public sealed record XenDevice(string Type, uint Id, string Path, string BackendPath, DomainId Backend, XenbusState State, XenbusState BackendState)
{
    /// <summary>A disk's name, <c>xvda</c>, or <see langword="null"/>.</summary>
    public string? DiskName => Type.EndsWith("vbd", StringComparison.Ordinal) && Store.DiskName.TryFormat(Id, out string? name) ? name : null;
}
