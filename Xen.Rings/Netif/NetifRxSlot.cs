namespace Xen.Rings;

/// <summary>The validated form of a receive response (R5): either an error, or bytes that lie within their page.</summary>
/// <param name="Offset">Where in the page.</param>
/// <param name="Length">How many bytes; 0 for an error.</param>
/// <param name="Flags">What the slot says about its packet.</param>
/// <param name="IsError">True when the back end could not fill the page.</param>
public readonly record struct NetifRxSlot(int Offset, int Length, NetifRxFlags Flags, bool IsError)
{
    /// <summary>Validates a response.</summary>
    /// <param name="response">A copy of the slot, private to the caller.</param>
    /// <param name="expectedId">The id of the request in the same slot: responses come in the order of the requests.</param>
    /// <param name="slot">The validated form.</param>
    /// <returns>The rule that it breaks, or none.</returns>
    public static NetifViolation Validate(in NetifRxResponse response, ushort expectedId, out NetifRxSlot slot)
    {
        slot = default;
        if (response.Id != expectedId)
        {
            return new NetifViolation(NetifRule.ResponseId, response.Id);
        }

        if (response.Status < 0)
        {
            slot = new NetifRxSlot(0, 0, response.Flags, IsError: true);
            return default;
        }

        int end = response.Offset + response.Status;
        if (end > Netif.PageBytes)
        {
            return new NetifViolation(NetifRule.SlotBounds, end);
        }

        slot = new NetifRxSlot(response.Offset, response.Status, response.Flags, IsError: false);
        return default;
    }
}
