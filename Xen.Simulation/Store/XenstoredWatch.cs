namespace Xen.Simulation;

/// <summary>A watch of one client.</summary>
/// <param name="Path">The watched path, absolute or special.</param>
/// <param name="Home">What stands before a path in events of a watch that was relative: it is taken off. Empty for an absolute one.</param>
/// <param name="Token">The client's token.</param>
internal sealed record XenstoredWatch(string Path, string Home, string Token)
{
    /// <summary>The path as this watch's events have it.</summary>
    public string Shown(string path) => Home.Length > 0 ? path[Home.Length..] : path;
}
