namespace Xen.Simulation;

/// <summary>The reply in the making, and what is to follow it.</summary>
internal sealed class StoreAnswer
{
    private byte[] _bytes = [];

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Done after the reply was sent.</summary>
    public Action? After { get; set; }

    public void Set(byte[] bytes) => _bytes = bytes;

    public void Ok() => _bytes = "OK\0"u8.ToArray();
}
