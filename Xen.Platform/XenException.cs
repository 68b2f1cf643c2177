namespace Xen.Platform;

/// <summary>A hypercall, device or xenstore operation was refused. Carries the error number it was refused with.</summary>
public class XenException : Exception
{
    /// <summary>Makes the exception for an operation that was refused.</summary>
    /// <param name="errorCode">The error number.</param>
    /// <param name="operation">What was attempted, on what, for example <c>EVTCHNOP_bind_interdomain(dom3, port 7)</c>.</param>
    public XenException(XenErrno errorCode, string operation)
        : base($"{operation}: {errorCode} (error {(int)errorCode})")
    {
        ErrorCode = errorCode;
        Operation = operation;
    }

    /// <summary>Makes the exception for an operation that was refused, with a hint of what to do.</summary>
    /// <param name="errorCode">The error number.</param>
    /// <param name="operation">What was attempted, on what.</param>
    /// <param name="detail">What was expected, or what to do.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public XenException(XenErrno errorCode, string operation, string detail, Exception? innerException = null)
        : base($"{operation}: {errorCode} (error {(int)errorCode}): {detail}", innerException)
    {
        ErrorCode = errorCode;
        Operation = operation;
    }

    /// <summary>The error number.</summary>
    public XenErrno ErrorCode { get; }

    /// <summary>What was attempted.</summary>
    public string Operation { get; }
}
