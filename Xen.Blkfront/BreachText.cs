using System.Globalization;
using Xen.Rings;

namespace Xen.Blkfront;

/// <summary>What the backend did, in words.</summary>
internal static class BreachText
{
    public static string RuleOf(BlkfrontViolation violation) => violation switch
    {
        BlkfrontViolation.ResponseProducer => "responses do not outrun requests (R1)",
        BlkfrontViolation.UnknownId => "a response has the id of a request (R3)",
        BlkfrontViolation.NotOutstanding => "a request that was published is answered once (R3)",
        BlkfrontViolation.Operation => "a response has the operation of its request (R4)",
        _ => "a page is let go of before its request is answered (R7)",
    };

    public static string ValueOf(BlkfrontViolation violation, ulong value, RingState ring)
    {
        string name = violation switch
        {
            BlkfrontViolation.ResponseProducer => "rsp_prod",
            BlkfrontViolation.Operation => "operation",
            BlkfrontViolation.PageStillInUse => "gref",
            _ => "id",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{name} {value}, with {ring}");
    }
}
