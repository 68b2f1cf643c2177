namespace Xen.Netfront;

/// <summary>One slot of a received frame: a page that the back end has answered, and what of it belongs to the frame.</summary>
/// <param name="Page">The page, as it was posted.</param>
/// <param name="Offset">Where in the page.</param>
/// <param name="Length">How many bytes; 0 for the slot of extra info.</param>
public readonly record struct NetfrontRxSlice(int Page, int Offset, int Length);
