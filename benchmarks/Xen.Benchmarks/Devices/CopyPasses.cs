using System.Runtime.InteropServices;

namespace Xen.Benchmarks.Devices;

/// <summary>
/// The opponent of the devices: nothing but <see cref="Span{T}.CopyTo"/>, as many passes as the device needs, over as much memory, laid out
/// the same way.
/// </summary>
internal sealed unsafe class CopyPasses : IDisposable
{
    private readonly byte*[] _areas;
    private readonly int _length;
    private readonly int _stride;
    private readonly int _count;

    /// <summary>Takes the memory.</summary>
    /// <param name="passes">How often each byte is copied.</param>
    /// <param name="length">Bytes of one operation.</param>
    /// <param name="stride">From one piece to the next.</param>
    /// <param name="count">How many pieces take turns.</param>
    public CopyPasses(int passes, int length, int stride, int count)
    {
        _length = length;
        _stride = stride;
        _count = count;
        _areas = new byte*[passes + 1];
        for (int i = 0; i < _areas.Length; i++)
        {
            _areas[i] = (byte*)NativeMemory.AlignedAlloc((nuint)stride * (nuint)count, 4096);
            new Span<byte>(_areas[i], stride * count).Fill(1);
        }
    }

    /// <summary>Nanoseconds of one operation.</summary>
    public double Time(int operations) => Comparison.Time(operations, () =>
    {
        for (int i = 0; i < operations; i++)
        {
            long offset = (long)(i % _count) * _stride;
            for (int pass = 1; pass < _areas.Length; pass++)
            {
                new Span<byte>(_areas[pass - 1] + offset, _length).CopyTo(new Span<byte>(_areas[pass] + offset, _length));
            }
        }
    });

    public void Dispose()
    {
        foreach (byte* area in _areas)
        {
            NativeMemory.AlignedFree(area);
        }
    }
}
