using System.Runtime.CompilerServices;

namespace Xen.Rings;

/// <summary>The segments that fit into a request itself: <c>BLKIF_MAX_SEGMENTS_PER_REQUEST</c>.</summary>
[InlineArray(Blkif.MaxSegmentsPerRequest)]
public struct BlkifRequestSegments
{
    private BlkifRequestSegment _first;
}
