namespace Xen.Platform;

/// <summary>The error numbers of Xen's hypercalls and of xenstore (public <c>errno.h</c>; the same as Linux's).</summary>
public enum XenErrno
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>Operation not permitted.</summary>
    EPERM = 1,

    /// <summary>No such node, port or domain.</summary>
    ENOENT = 2,

    /// <summary>No such domain (hypercalls).</summary>
    ESRCH = 3,

    /// <summary>I/O error.</summary>
    EIO = 5,

    /// <summary>No such device.</summary>
    ENXIO = 6,

    /// <summary>Argument list, or a list in a reply, is too long.</summary>
    E2BIG = 7,

    /// <summary>Bad descriptor or handle.</summary>
    EBADF = 9,

    /// <summary>Try again.</summary>
    EAGAIN = 11,

    /// <summary>Out of memory.</summary>
    ENOMEM = 12,

    /// <summary>Permission denied.</summary>
    EACCES = 13,

    /// <summary>Bad address.</summary>
    EFAULT = 14,

    /// <summary>Busy.</summary>
    EBUSY = 16,

    /// <summary>Exists already.</summary>
    EEXIST = 17,

    /// <summary>No such device.</summary>
    ENODEV = 19,

    /// <summary>Is a directory.</summary>
    EISDIR = 21,

    /// <summary>Invalid argument.</summary>
    EINVAL = 22,

    /// <summary>A limit on open descriptors was reached.</summary>
    EMFILE = 24,

    /// <summary>No such ioctl.</summary>
    ENOTTY = 25,

    /// <summary>File too large; on <c>/dev/xen/evtchn</c> the ring overflowed.</summary>
    EFBIG = 27,

    /// <summary>No space: ports, grants or a quota are used up.</summary>
    ENOSPC = 28,

    /// <summary>Read-only.</summary>
    EROFS = 30,

    /// <summary>The other end of a stream is gone.</summary>
    EPIPE = 32,

    /// <summary>Out of range.</summary>
    ERANGE = 34,

    /// <summary>Not implemented.</summary>
    ENOSYS = 38,

    /// <summary>Not empty.</summary>
    ENOTEMPTY = 39,

    /// <summary>A timer lies in the past.</summary>
    ETIME = 62,

    /// <summary>Not supported.</summary>
    EOPNOTSUPP = 95,

    /// <summary>The other end broke the connection.</summary>
    ECONNRESET = 104,

    /// <summary>Is connected.</summary>
    EISCONN = 106,

    /// <summary>Is not connected.</summary>
    ENOTCONN = 107,

    /// <summary>Timed out.</summary>
    ETIMEDOUT = 110,

    /// <summary>Nobody listens.</summary>
    ECONNREFUSED = 111,
}
