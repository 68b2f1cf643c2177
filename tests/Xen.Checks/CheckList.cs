namespace Xen.Checks;

/// <summary>Every check, for runners of all kinds. One file per area adds its part.</summary>
public static partial class CheckList
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Check> All { get; } = [.. Platform, .. Rings, .. Events, .. Grants, .. Net, .. Blk, .. Consoles, .. Store, .. Hosting];

    /// <summary>Finds a check.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static Check Named(string name) =>
        All.FirstOrDefault(check => check.Name == name)
        ?? throw new ArgumentException($"No check is named '{name}'.", nameof(name));
}
