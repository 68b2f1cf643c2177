using Microsoft.Win32.SafeHandles;

namespace Xen.Linux;

/// <summary>A file descriptor of this process.</summary>
internal sealed class DescriptorHandle : SafeHandleMinusOneIsInvalid
{
    internal DescriptorHandle(int descriptor)
        : base(ownsHandle: true)
    {
        SetHandle(descriptor);
    }

    // The kernel lets go of a descriptor whatever close returns.
    protected override bool ReleaseHandle()
    {
        _ = Libc.Close((int)handle);
        return true;
    }
}
