namespace Xen.Blkfront;

/// <summary>How a backend broke the protocol of the ring. The device is not used further.</summary>
public enum BlkfrontViolation
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>More responses than requests (R1); the value is its <c>rsp_prod</c>.</summary>
    ResponseProducer,

    /// <summary>A response with an id that no request has (R3); the value is the id.</summary>
    UnknownId,

    /// <summary>A response to a request that was answered already or not asked yet (R3); the value is the id.</summary>
    NotOutstanding,

    /// <summary>A response whose operation is not its request's (R4); the value is the operation.</summary>
    Operation,

    /// <summary>A page that is still in use after its request was answered (R7); the value is its reference.</summary>
    PageStillInUse,
}
