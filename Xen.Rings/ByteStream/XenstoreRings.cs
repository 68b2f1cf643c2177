using static Xen.Rings.XenstoreDomainInterface;

namespace Xen.Rings;

/// <summary>The byte rings of the xenstore page (<see cref="XenstoreDomainInterface"/>). The guest is the front.</summary>
public static unsafe class XenstoreRings
{
    /// <summary>The guest's requests.</summary>
    /// <typeparam name="TMemory">How to reach the page.</typeparam>
    /// <param name="page">The xenstore page.</param>
    public static ByteRingWriter<TMemory> FrontWriter<TMemory>(byte* page)
        where TMemory : struct, ISharedMemory => new(page + Req, RingSize, (uint*)(page + ReqCons), (uint*)(page + ReqProd));

    /// <summary>The replies and watch events to the guest.</summary>
    /// <typeparam name="TMemory">How to reach the page.</typeparam>
    /// <param name="page">The xenstore page.</param>
    public static ByteRingReader<TMemory> FrontReader<TMemory>(byte* page)
        where TMemory : struct, ISharedMemory => new(page + Rsp, RingSize, (uint*)(page + RspCons), (uint*)(page + RspProd));

    /// <summary>The server's writing end: replies and watch events.</summary>
    /// <typeparam name="TMemory">How to reach the page.</typeparam>
    /// <param name="page">The xenstore page.</param>
    public static ByteRingWriter<TMemory> BackWriter<TMemory>(byte* page)
        where TMemory : struct, ISharedMemory => new(page + Rsp, RingSize, (uint*)(page + RspCons), (uint*)(page + RspProd));

    /// <summary>The server's reading end: requests.</summary>
    /// <typeparam name="TMemory">How to reach the page.</typeparam>
    /// <param name="page">The xenstore page.</param>
    public static ByteRingReader<TMemory> BackReader<TMemory>(byte* page)
        where TMemory : struct, ISharedMemory => new(page + Req, RingSize, (uint*)(page + ReqCons), (uint*)(page + ReqProd));
}
