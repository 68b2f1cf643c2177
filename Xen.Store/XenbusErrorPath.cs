namespace Xen.Store;

/// <summary>Where a device's error is written: <c>error/device/vbd/51712/error</c> in the domain's home (xen-protocols 1.10, trap e).</summary>
internal static class XenbusErrorPath
{
    private const string Homes = "/local/domain/";

    public static string Of(string devicePath)
    {
        string relative = devicePath;
        if (devicePath.StartsWith(Homes, StringComparison.Ordinal))
        {
            int end = devicePath.IndexOf('/', Homes.Length);
            relative = devicePath[(end + 1)..];
        }

        return $"error/{relative.TrimStart('/')}/error";
    }
}
