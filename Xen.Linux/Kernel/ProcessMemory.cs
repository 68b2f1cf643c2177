using System.Runtime.InteropServices;
using Xen.Platform;

namespace Xen.Linux;

/// <summary>Mappings of this process.</summary>
internal static unsafe class ProcessMemory
{
    /// <summary>Undoes a mapping.</summary>
    /// <exception cref="XenException">The range is not a mapping of ours: memory is in disorder.</exception>
    internal static void Unmap(byte* address, int length)
    {
        if (Libc.Unmap(address, (nuint)length) < 0)
        {
            throw LinuxErrors.Failed($"munmap of {length} bytes at 0x{(ulong)address:x}", Marshal.GetLastPInvokeError());
        }
    }
}
