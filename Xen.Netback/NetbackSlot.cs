using Xen.Grants;

namespace Xen.Netback;

/// <summary>One slot of a packet of the front end, validated: it lies within its page.</summary>
/// <param name="Ref">The page.</param>
/// <param name="Offset">Where in the page.</param>
/// <param name="Length">How many bytes of the packet; the first slot's own, not the packet's.</param>
/// <param name="Id">Comes back in the response.</param>
public readonly record struct NetbackSlot(GrantRef Ref, ushort Offset, ushort Length, ushort Id);
