namespace Xen.Platform;

/// <summary>The guest's memory by physical address: what its boot information is read from.</summary>
public interface IPhysicalMemory
{
    /// <summary>Copies bytes.</summary>
    /// <param name="address">The physical address of the first one. A caller never asks beyond 2^64.</param>
    /// <param name="destination">Where to; all of it is filled.</param>
    /// <returns>False, with nothing promised about the buffer, when a byte of that range is not there.</returns>
    bool TryRead(ulong address, Span<byte> destination);
}
