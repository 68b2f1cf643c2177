namespace Xen.Rings;

/// <summary>The shared header of a request and response ring (xen-protocols 1.7): 64 bytes, then the slots.</summary>
public static unsafe class RingPage
{
    /// <summary>Where the slots begin, in bytes.</summary>
    public const int HeaderSize = 64;

    internal const int ReqProd = 0;
    internal const int ReqEvent = 4;
    internal const int RspProd = 8;
    internal const int RspEvent = 12;

    /// <summary>Makes an empty ring: the frontend's first act, before its peer knows of the page.</summary>
    /// <typeparam name="TMemory">How to reach the page.</typeparam>
    /// <param name="shared">The first byte of the ring's pages.</param>
    /// <param name="start">The index that both sides begin at; 0 by the protocol, others exist for rings that are taken over and for tests.</param>
    public static void Initialize<TMemory>(byte* shared, uint start = 0)
        where TMemory : struct, ISharedMemory
    {
        ArgumentNullException.ThrowIfNull(shared);
        TMemory.StoreUInt32((uint*)(shared + ReqProd), start);
        TMemory.StoreUInt32((uint*)(shared + RspProd), start);
        TMemory.StoreUInt32((uint*)(shared + ReqEvent), start + 1);
        TMemory.StoreUInt32((uint*)(shared + RspEvent), start + 1);
    }
}
