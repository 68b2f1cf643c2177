namespace Xen.Benchmarks.Ring;

/// <summary>What goes through a ring; the same as in ring.c.</summary>
internal interface IRingWork<TReq, TRsp>
    where TReq : unmanaged
    where TRsp : unmanaged
{
    static abstract void Fill(uint number, out TReq request);

    static abstract void Answer(in TReq request, out TRsp response);

    static abstract ulong Sum(in TRsp response);
}
