using System.Runtime.InteropServices;
using System.Text;
using Xen.Platform;

namespace Xen.Linux;

/// <summary>xenstore through the daemon's unix socket: the way of programs in the domain where xenstored runs. Such a client is privileged.</summary>
public sealed class UnixSocketStoreTransport : DescriptorStoreTransport
{
    /// <summary>Where Debian's and Xen's own xenstored listens.</summary>
    public const string DefaultPath = "/run/xenstored/socket";

    // sockaddr_un: a family of two bytes, then a path of 108 with its NUL.
    private const int AddressPathLength = 108;
    private const int ConnectAttempts = 100;
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(20);

    private UnixSocketStoreTransport(string path, DescriptorHandle descriptor, IGuestScheduler scheduler, LinuxPoller poller)
        : base(path, descriptor, scheduler, poller)
    {
    }

    /// <inheritdoc />
    public override bool CanResetWatches => true;

    /// <summary>Connects to a daemon. A daemon whose queue of connections is full is asked again for two seconds.</summary>
    /// <param name="path">The socket's path, at most 107 bytes.</param>
    /// <param name="scheduler">The guest's scheduler.</param>
    /// <param name="poller">The poll thread.</param>
    /// <param name="cancellationToken">Ends the wait for a full queue.</param>
    /// <exception cref="XenException">Nobody listens, or it is not permitted; the message says what to do.</exception>
    public static async ValueTask<UnixSocketStoreTransport> ConnectAsync(
        string path, IGuestScheduler scheduler, LinuxPoller poller, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(scheduler);
        byte[] address = Address(path);
        DescriptorHandle descriptor = NewSocket();
        try
        {
            int error = Connect(descriptor, address);
            for (int attempt = 1; error == LinuxErrors.WouldBlock && attempt < ConnectAttempts; attempt++)
            {
                await Task.Delay(ConnectPause, scheduler.TimeProvider, cancellationToken);
                error = Connect(descriptor, address);
            }

            if (error != 0)
            {
                throw LinuxErrors.Failed($"connect to {path}", error, ConnectHint((XenErrno)error));
            }

            return new UnixSocketStoreTransport(path, descriptor, scheduler, poller);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    private protected override unsafe nint Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint result;
            do
            {
                // A daemon that went away is an error number, not a signal.
                result = Libc.Send(Descriptor, start, (nuint)bytes.Length, Libc.NoSignal);
                result = result < 0 ? -Marshal.GetLastPInvokeError() : result;
            }
            while (result == -LinuxErrors.Interrupted);

            return result;
        }
    }

    private protected override string Hint(XenErrno error) => "expected a xenstored that keeps the connection open";

    private static byte[] Address(string path)
    {
        int length = Encoding.UTF8.GetByteCount(path);
        if (length is 0 or >= AddressPathLength)
        {
            throw new XenException(
                XenErrno.EINVAL, $"connect to '{path}'", $"expected a path of 1 to {AddressPathLength - 1} bytes, this one has {length}");
        }

        byte[] address = new byte[sizeof(ushort) + AddressPathLength];
        MemoryMarshal.Write(address, (ushort)Libc.UnixFamily);
        Encoding.UTF8.GetBytes(path, address.AsSpan(sizeof(ushort)));
        return address;
    }

    private static DescriptorHandle NewSocket()
    {
        int descriptor = Libc.Socket(Libc.UnixFamily, Libc.StreamSocket | Libc.NonBlocking | Libc.CloseOnExec, 0);
        return descriptor >= 0
            ? new DescriptorHandle(descriptor)
            : throw LinuxErrors.Failed("socket for xenstore", Marshal.GetLastPInvokeError());
    }

    private static unsafe int Connect(DescriptorHandle descriptor, byte[] address)
    {
        fixed (byte* start = address)
        {
            return Libc.Connect(descriptor, start, (uint)address.Length) < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
    }

    private static string ConnectHint(XenErrno error) => error switch
    {
        XenErrno.ENOENT => $"expected xenstored's socket; it is in the domain where xenstored runs ({DefaultPath}), guests have /dev/xen/xenbus",
        XenErrno.EACCES or XenErrno.EPERM => "run as root: xenstored trusts whoever can open its socket",
        XenErrno.ECONNREFUSED => "nobody listens: is xenstored running?",
        _ => "expected a xenstored that listens",
    };
}
