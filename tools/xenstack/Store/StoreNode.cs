namespace XenStack.Tool;

/// <summary>A node of xenstore, as it is printed.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Value">Its value as text, bytes that are not printable ASCII as <c>\xNN</c>; <see langword="null"/> when it is gone or may not be read.</param>
internal sealed record StoreNode(string Path, string? Value);
