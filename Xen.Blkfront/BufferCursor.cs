namespace Xen.Blkfront;

/// <summary>A place in the buffers of an operation.</summary>
/// <param name="Buffer">Which buffer.</param>
/// <param name="Offset">How many bytes into it.</param>
internal readonly record struct BufferCursor(int Buffer, int Offset);
