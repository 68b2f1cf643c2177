using System.Runtime.ConstrainedExecution;
using System.Runtime.InteropServices;
using Xen.Platform;

namespace Xen.Simulation.Machine;

/// <summary>
/// A run of host memory that stands for machine pages, zeroed. On Linux its pages can be shown again at other addresses; elsewhere and on bare metal they cannot,
/// and only foreign pages that lie side by side in their owner can be mapped side by side.
/// </summary>
internal sealed unsafe class HostMemory : CriticalFinalizerObject, IDisposable
{
    private readonly int _descriptor = -1;
    private readonly byte* _block;
    private byte* _address;

    public HostMemory(string name, int pageCount)
    {
        PageCount = pageCount;
        _descriptor = OperatingSystem.IsLinux() ? Libc.MemfdCreate(name, Libc.CloseOnExec) : -1;
        if (_descriptor < 0 && HasNoMemoryFiles())
        {
            // Zeroed by whoever has it: most of a domain's pages are never touched.
            _block = (byte*)NativeMemory.AllocZeroed((nuint)Length + PageSize.Bytes);
            _address = (byte*)(((nuint)_block + PageSize.Bytes - 1) & ~(nuint)(PageSize.Bytes - 1));
            return;
        }

        if (_descriptor < 0 || Libc.Ftruncate(_descriptor, Length) != 0)
        {
            throw Failed("make", name);
        }

        void* address = Libc.Mmap(null, (nuint)Length, Libc.ProtReadWrite, Libc.MapShared, _descriptor, 0);
        if (address == Libc.MapFailed)
        {
            throw Failed("map", name);
        }

        _address = (byte*)address;
    }

    ~HostMemory() => Release();

    public int PageCount { get; }

    public long Length => (long)PageCount * PageSize.Bytes;

    public byte* Page(int index) => _address + ((long)index * PageSize.Bytes);

    /// <summary>The page's index, or -1 for an address outside.</summary>
    public int IndexOf(byte* address) =>
        address >= _address && address < _address + Length ? (int)((address - _address) >> PageSize.Shift) : -1;

    /// <summary>Shows a page at another address, in place of what was there.</summary>
    public bool TryShowAt(byte* address, byte* page)
    {
        if (_descriptor < 0)
        {
            return false;
        }

        void* shown = Libc.Mmap(address, PageSize.Bytes, Libc.ProtReadWrite, Libc.MapShared | Libc.MapFixed, _descriptor, page - _address);
        return shown == address;
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    // Another system, or bare metal, which speaks Linux's language but has no such file.
    private static bool HasNoMemoryFiles() => !OperatingSystem.IsLinux() || Marshal.GetLastPInvokeError() == (int)XenErrno.ENOSYS;

    private static XenException Failed(string what, string name) =>
        new((XenErrno)Marshal.GetLastPInvokeError(), $"{what} the memory of {name}", "the host has no memory for another simulated domain");

    private void Release()
    {
        if (_address is null)
        {
            return;
        }

        if (_descriptor < 0)
        {
            NativeMemory.Free(_block);
        }
        else
        {
            _ = Libc.Munmap(_address, (nuint)Length);
            _ = Libc.Close(_descriptor);
        }

        _address = null;
    }
}
