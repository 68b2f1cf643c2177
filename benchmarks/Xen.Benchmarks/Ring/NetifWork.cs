using System.Runtime.CompilerServices;
using Xen.Rings;

namespace Xen.Benchmarks.Ring;

/// <summary>Slots of 12 bytes.</summary>
internal readonly struct NetifWork : IRingWork<NetifTxRequest, NetifTxResponse>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fill(uint number, out NetifTxRequest request) =>
        request = new NetifTxRequest { Gref = number, Id = (ushort)number, Size = 1500 };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Answer(in NetifTxRequest request, out NetifTxResponse response) =>
        response = new NetifTxResponse { Id = request.Id, Status = (NetifStatus)(request.Gref & 1) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Sum(in NetifTxResponse response) => (ulong)(response.Id + (int)response.Status);
}
