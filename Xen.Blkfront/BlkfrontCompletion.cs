using Xen.Rings;

namespace Xen.Blkfront;

/// <summary>The answer to a request, validated.</summary>
/// <param name="Id">The request's id.</param>
/// <param name="Operation">The request's operation; of an indirect one, what it means.</param>
/// <param name="Status">How it ended.</param>
public readonly record struct BlkfrontCompletion(int Id, BlkifOperation Operation, BlkifStatus Status);
