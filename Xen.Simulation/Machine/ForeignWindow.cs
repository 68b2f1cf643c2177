using System.Runtime.ConstrainedExecution;
using Xen.Platform;

namespace Xen.Simulation.Machine;

/// <summary>
/// The guest frames of a domain where pages of others appear. Pages that lie side by side in the host are seen where they are;
/// others are shown side by side in a reserved stretch of addresses (Linux).
/// </summary>
internal sealed unsafe class ForeignWindow : CriticalFinalizerObject, IDisposable
{
    // Grown as far as it is used: most domains map little.
    private Slot[] _slots = [];
    private byte* _stretch;

    public ForeignWindow(int count)
    {
        Count = count;
        if (OperatingSystem.IsLinux())
        {
            void* stretch = Libc.Mmap(null, StretchLength, Libc.ProtNone, Libc.MapPrivateAnonymousNoReserve, -1, 0);
            _stretch = stretch == Libc.MapFailed ? null : (byte*)stretch;
        }
    }

    ~ForeignWindow() => Release();

    public int Count { get; }

    private nuint StretchLength => (nuint)Count * PageSize.Bytes;

    public bool IsMapped(int index) => index < _slots.Length && _slots[index].Page is not null;

    /// <summary>The host's page behind a frame, or null.</summary>
    public byte* PageAt(int index) => index < _slots.Length ? _slots[index].Page : null;

    public void Map(int index, HostMemory owner, byte* page)
    {
        if (index >= _slots.Length)
        {
            Array.Resize(ref _slots, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)index + 64));
        }

        _slots[index] = new Slot { Owner = owner, Page = page };
    }

    public void Unmap(int index)
    {
        if (_slots[index].IsShown)
        {
            Libc.Mmap(StretchAt(index), PageSize.Bytes, Libc.ProtNone, Libc.MapPrivateAnonymousNoReserve | Libc.MapFixed, -1, 0);
        }

        _slots[index] = default;
    }

    /// <summary>Where the guest sees a run of mapped frames, or null when this host cannot show it.</summary>
    public byte* AddressOf(int first, int count)
    {
        if (first + count > _slots.Length)
        {
            return null;
        }

        if (IsSideBySide(first, count))
        {
            return _slots[first].Page;
        }

        for (int i = first; i < first + count; i++)
        {
            ref Slot slot = ref _slots[i];
            if (_stretch is null || slot.Owner is null || !slot.Owner.TryShowAt(StretchAt(i), slot.Page))
            {
                return null;
            }

            slot.IsShown = true;
        }

        return StretchAt(first);
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private byte* StretchAt(int index) => _stretch + ((long)index * PageSize.Bytes);

    private bool IsSideBySide(int first, int count)
    {
        byte* page = _slots[first].Page;
        for (int i = 1; i < count; i++)
        {
            if (_slots[first + i].Page != page + ((long)i * PageSize.Bytes))
            {
                return false;
            }
        }

        return page is not null;
    }

    private void Release()
    {
        if (_stretch is not null)
        {
            _ = Libc.Munmap(_stretch, StretchLength);
            _stretch = null;
        }
    }

    private struct Slot
    {
        public HostMemory? Owner;
        public byte* Page;
        public bool IsShown;
    }
}
