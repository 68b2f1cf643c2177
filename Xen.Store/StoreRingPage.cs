using Xen.Rings;

namespace Xen.Store;

/// <summary>The guest's view of the page that it shares with the daemon.</summary>
internal sealed unsafe class StoreRingPage(byte* page)
{
    private readonly uint* _error = (uint*)(page + XenstoreDomainInterface.Error);
    private readonly uint* _connection = (uint*)(page + XenstoreDomainInterface.Connection);

    public ByteRingWriter<DirectMemory> Requests { get; } = XenstoreRings.FrontWriter<DirectMemory>(page);

    public ByteRingReader<DirectMemory> Replies { get; } = XenstoreRings.FrontReader<DirectMemory>(page);

    public XenstoreError Error => (XenstoreError)DirectMemory.LoadUInt32(_error);

    /// <summary>True while the daemon sets the ring up: then nothing else of the page means anything.</summary>
    public bool IsConnecting => DirectMemory.LoadUInt32(_connection) == (uint)XenstoreConnectionState.Reconnect;
}
