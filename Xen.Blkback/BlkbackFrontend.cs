using Xen.Grants;

namespace Xen.Blkback;

/// <summary>What a front end wrote.</summary>
/// <param name="RingRefs">The ring's pages, in order.</param>
/// <param name="EventChannel">Its port.</param>
internal readonly record struct BlkbackFrontend(GrantRef[] RingRefs, uint EventChannel);
