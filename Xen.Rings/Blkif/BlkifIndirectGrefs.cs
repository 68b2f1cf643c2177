using System.Runtime.CompilerServices;

namespace Xen.Rings;

/// <summary>The pages of segments that an indirect request names: <c>BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST</c>.</summary>
[InlineArray(Blkif.MaxIndirectPagesPerRequest)]
public struct BlkifIndirectGrefs
{
    private uint _first;
}
