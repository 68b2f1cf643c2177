namespace Xen.Store;

/// <summary>
/// A list of children that comes in parts: each begins with the node's generation, and the last ends with an empty name. A part of another
/// generation means that the list changed meanwhile and must be read anew (xen-protocols 1.9, DIRECTORY_PART).
/// </summary>
internal sealed class StorePartialList
{
    private readonly List<byte> _bytes = [];
    private byte[]? _generation;

    /// <summary>Where the next part begins.</summary>
    public int Offset => _bytes.Count;

    public bool IsComplete { get; private set; }

    /// <summary>All names, each with its NUL.</summary>
    public ReadOnlySpan<byte> Bytes => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_bytes);

    /// <summary>Takes a part. False when the list must be read anew.</summary>
    public bool TryAppend(ReadOnlySpan<byte> part)
    {
        int end = part.IndexOf((byte)0);
        if (end < 0 || (_generation is not null && !part[..end].SequenceEqual(_generation)))
        {
            return false;
        }

        _generation = part[..end].ToArray();
        ReadOnlySpan<byte> names = part[(end + 1)..];
        IsComplete = names.Length == 0 || (names[^1] == 0 && (names.Length == 1 || names[^2] == 0));
        _bytes.AddRange(IsComplete && names.Length > 0 ? names[..^1] : names);
        return IsComplete || names.Length > 0;
    }
}
