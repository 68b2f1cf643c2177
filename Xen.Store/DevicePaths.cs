namespace Xen.Store;

/// <summary>The two nodes of a device.</summary>
/// <param name="Frontend">The front end's node.</param>
/// <param name="Backend">The back end's node.</param>
public sealed record DevicePaths(string Frontend, string Backend);
