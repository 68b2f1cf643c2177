namespace Xen.Devices;

/// <summary>How to listen on a network device.</summary>
public sealed record ListenOptions
{
    /// <summary>The usual: a handler's exception is logged and the next frame comes.</summary>
    public static ListenOptions Default { get; } = new();

    /// <summary>What to do when the handler throws.</summary>
    public HandlerExceptionPolicy OnHandlerException { get; init; } = HandlerExceptionPolicy.LogAndContinue;

    /// <summary>For devices: whether this exception of a handler ends listening.</summary>
    /// <param name="exception">What the handler threw.</param>
    public bool Propagates(Exception exception) =>
        OnHandlerException == HandlerExceptionPolicy.Propagate || exception is OutOfMemoryException or OperationCanceledException;
}
