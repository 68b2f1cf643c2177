using System.Runtime.CompilerServices;
using Xen.Rings;

namespace Xen.Benchmarks.Ring;

/// <summary>Slots of 112 bytes.</summary>
internal readonly struct BlkifWork : IRingWork<BlkifRequest, BlkifResponse>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fill(uint number, out BlkifRequest request)
    {
        request = default;
        request.Operation = 1;
        request.NrSegments = 1;
        request.Id = number;
        request.SectorNumber = number;
        request.Seg[0].Gref = number;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Answer(in BlkifRequest request, out BlkifResponse response) =>
        response = new BlkifResponse { Id = request.Id, Operation = request.Operation, Status = (short)(request.Seg[0].Gref & 1) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Sum(in BlkifResponse response) => response.Id + (ulong)response.Status;
}
