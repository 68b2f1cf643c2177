using System.Runtime.InteropServices;
using Xen.Platform;

namespace Xen.Linux;

/// <summary>An open device under <c>/dev/xen</c>.</summary>
internal sealed unsafe class KernelDevice : IKernelDevice
{
    private KernelDevice(string path, DescriptorHandle descriptor)
    {
        Path = path;
        Descriptor = descriptor;
    }

    public string Path { get; }

    public DescriptorHandle Descriptor { get; }

    /// <summary>Opens a device for non-blocking use.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="whenMissing">What to do when there is no such device, for the error.</param>
    /// <exception cref="XenException">It is missing or refused; the message says what to do.</exception>
    internal static KernelDevice Open(string path, string whenMissing)
    {
        int descriptor = Libc.Open(path, Libc.ReadWrite | Libc.NonBlocking | Libc.CloseOnExec);
        if (descriptor < 0)
        {
            throw LinuxErrors.CannotOpen(path, whenMissing, Marshal.GetLastPInvokeError());
        }

        return new KernelDevice(path, new DescriptorHandle(descriptor));
    }

    public int Ioctl(uint request, void* argument)
    {
        int result;
        do
        {
            result = Result(Libc.Ioctl(Descriptor, request, argument));
        }
        while (result == -LinuxErrors.Interrupted);

        return result;
    }

    public nint Read(void* buffer, int length)
    {
        nint result;
        do
        {
            result = Result(Libc.Read(Descriptor, buffer, (nuint)length));
        }
        while (result == -LinuxErrors.Interrupted);

        return result;
    }

    public nint Write(void* buffer, int length)
    {
        nint result;
        do
        {
            result = Result(Libc.Write(Descriptor, buffer, (nuint)length));
        }
        while (result == -LinuxErrors.Interrupted);

        return result;
    }

    public int Map(int length, bool writable, ulong offset, out byte* address)
    {
        int protection = Libc.ProtectRead | (writable ? Libc.ProtectWrite : 0);
        address = Libc.Map(null, (nuint)length, protection, Libc.MapShared, Descriptor, (long)offset);
        return address == Libc.MapFailed ? -Marshal.GetLastPInvokeError() : 0;
    }

    public void Dispose() => Descriptor.Dispose();

    private static int Result(int result) => result < 0 ? -Marshal.GetLastPInvokeError() : result;

    private static nint Result(nint result) => result < 0 ? -Marshal.GetLastPInvokeError() : result;
}
