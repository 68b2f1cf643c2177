namespace Xen.Hosts.Tests.Hosting;

/// <summary>Something that a guest owns, which says when it is closed.</summary>
internal sealed class OwnedResource(Func<ValueTask> onClose) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => onClose();
}
