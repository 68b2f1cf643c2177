using Xen.Linux;

namespace Xen.Hosts.Tests.Linux;

/// <summary>A kernel device of a test: requests go to a delegate, and the descriptor that is polled is an eventfd.</summary>
internal abstract unsafe class FakeDevice : IKernelDevice
{
    public abstract string Path { get; }

    public DescriptorHandle Descriptor { get; } = new(Libc.EventDescriptor(0, Libc.NonBlocking | Libc.CloseOnExec));

    internal bool IsDisposed { get; private set; }

    public abstract int Ioctl(uint request, void* argument);

    public virtual nint Read(void* buffer, int length) => throw new NotSupportedException();

    public virtual nint Write(void* buffer, int length) => throw new NotSupportedException();

    public virtual int Map(int length, bool writable, ulong offset, out byte* address) => throw new NotSupportedException();

    public void Dispose()
    {
        IsDisposed = true;
        Descriptor.Dispose();
    }

    protected void SetReady()
    {
        ulong one = 1;
        Assert.Equal(sizeof(ulong), Libc.Write(Descriptor, &one, sizeof(ulong)));
    }

    protected void ClearReady()
    {
        ulong counter;
        _ = Libc.Read(Descriptor, &counter, sizeof(ulong));
    }
}
