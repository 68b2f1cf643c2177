using Xen.Rings;

namespace Xen.Netfront;

/// <summary>A frame that the back end has answered in all its slots.</summary>
/// <param name="Frame">The frame, as it was queued.</param>
/// <param name="Status">The worst of its slots' statuses; a status that the protocol does not know counts as an error.</param>
public readonly record struct NetfrontTxCompletion(int Frame, NetifStatus Status);
