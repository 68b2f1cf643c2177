using System.Runtime.InteropServices;
using Xen.Grants;

namespace Xen.Linux;

/// <summary>Pages of this process's own memory. The kernel reaches them by address, so no frame number is needed.</summary>
internal sealed unsafe class LinuxLocalPages : LocalPages
{
    private LinuxLocalPages(byte* address, int pageCount)
        : base(address, pageCount)
    {
    }

    internal static LinuxLocalPages Allocate(int pageCount)
    {
        nuint length = (nuint)pageCount * GrantedPages.PageSize;
        byte* address = Libc.MapMemory(
            null, length, Libc.ProtectRead | Libc.ProtectWrite, Libc.MapPrivate | Libc.MapAnonymous, -1, 0);
        if (address == Libc.MapFailed)
        {
            throw LinuxErrors.Failed($"mmap of {pageCount} pages", Marshal.GetLastPInvokeError());
        }

        return new LinuxLocalPages(address, pageCount);
    }

    protected override void Release(byte* address) => ProcessMemory.Unmap(address, Length);
}
