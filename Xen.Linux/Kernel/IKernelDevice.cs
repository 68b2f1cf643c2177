namespace Xen.Linux;

/// <summary>
/// A device of the kernel, as this host uses it. Results are the kernel's: a negative one is an error number with its sign changed.
/// </summary>
internal unsafe interface IKernelDevice : IDisposable
{
    /// <summary>The device's path, for messages.</summary>
    string Path { get; }

    /// <summary>What to poll.</summary>
    DescriptorHandle Descriptor { get; }

    /// <summary>Makes a request of the device.</summary>
    int Ioctl(uint request, void* argument);

    /// <summary>Reads without waiting.</summary>
    nint Read(void* buffer, int length);

    /// <summary>Writes without waiting.</summary>
    nint Write(void* buffer, int length);

    /// <summary>Maps a part of the device, shared.</summary>
    /// <returns>0, or a negative error number.</returns>
    int Map(int length, bool writable, ulong offset, out byte* address);
}
