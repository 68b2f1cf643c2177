namespace Xen.Devices;

/// <summary>What a console has carried.</summary>
/// <param name="BytesIn">Bytes taken from the peer.</param>
/// <param name="BytesOut">Bytes given to the peer.</param>
/// <param name="BytesDropped">Bytes that were flushed but never given to the peer, because the console ended.</param>
public readonly record struct ConsoleStatistics(long BytesIn, long BytesOut, long BytesDropped);
