using Xen.Rings;

namespace Xen.Store;

/// <summary>A reply: the payload, and whether it is an error's name.</summary>
internal readonly record struct StoreReply(XsdSockmsgType Type, byte[] Payload)
{
    public static ReadOnlySpan<byte> OkText => "OK\0"u8;

    // Most replies say OK: they share one array.
    private static readonly byte[] Ok = OkText.ToArray();

    public static StoreReply Copy(XsdSockmsgType type, ReadOnlySpan<byte> payload) =>
        new(type, payload.SequenceEqual(OkText) ? Ok : payload.ToArray());
}
