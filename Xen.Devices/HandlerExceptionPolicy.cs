namespace Xen.Devices;

/// <summary>What a listener does when its handler throws. Out of memory and cancellation always propagate.</summary>
public enum HandlerExceptionPolicy
{
    /// <summary>The exception is logged, the frame given back, the next one handled.</summary>
    LogAndContinue,

    /// <summary>Listening ends with the exception.</summary>
    Propagate,
}
