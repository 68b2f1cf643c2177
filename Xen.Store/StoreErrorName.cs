using Xen.Platform;

namespace Xen.Store;

/// <summary>The names of errors on the wire (<c>xsd_errors</c>, xen-protocols 1.9).</summary>
public static class StoreErrorName
{
    private static readonly XenErrno[] Known =
    [
        XenErrno.EINVAL, XenErrno.EACCES, XenErrno.EEXIST, XenErrno.EISDIR, XenErrno.ENOENT, XenErrno.ENOMEM, XenErrno.ENOSPC, XenErrno.EIO,
        XenErrno.ENOTEMPTY, XenErrno.ENOSYS, XenErrno.EROFS, XenErrno.EBUSY, XenErrno.EAGAIN, XenErrno.EISCONN, XenErrno.E2BIG, XenErrno.EPERM,
    ];

    /// <summary>Reads an error's name. An unknown one is <see cref="XenErrno.EINVAL"/>, as other clients have it.</summary>
    /// <param name="name">The payload of an error reply without its NUL.</param>
    public static XenErrno Parse(ReadOnlySpan<byte> name)
    {
        foreach (XenErrno error in Known)
        {
            if (System.Text.Ascii.Equals(name, error.ToString()))
            {
                return error;
            }
        }

        return XenErrno.EINVAL;
    }

    /// <summary>The name for the wire. An error that xenstore has no name for becomes <c>EINVAL</c>.</summary>
    /// <param name="error">The error.</param>
    public static string Format(XenErrno error) => Known.Contains(error) ? error.ToString() : nameof(XenErrno.EINVAL);
}
