using Xen.Grants;
using Xen.Linux;

namespace Xen.Lab;

/// <summary>What a program holds, for dom0 to see it while it is there: a list that would not show it could not show that it is gone.</summary>
internal static class Holding
{
    private const int Count = 4;

    /// <summary>Granted pages, mapped too, and pairs of event channels.</summary>
    internal static Task KernelAsync(LinuxGuest guest)
    {
        GrantedPages granted = guest.Grants.Allocate(guest.DomainId, Count, GrantAccess.ReadWrite);
        guest.Grants.Map(guest.DomainId, granted.Refs, GrantAccess.ReadWrite);
        for (int i = 0; i < Count; i++)
        {
            EventChecks.Pair(guest);
        }

        return Task.CompletedTask;
    }

    /// <summary>Nodes, each with a watch on it.</summary>
    /// <param name="guest">This domain.</param>
    /// <param name="root">Below which node.</param>
    internal static async Task StoreAsync(LinuxGuest guest, string root)
    {
        for (int i = 0; i < Count; i++)
        {
            await guest.Store.WriteAsync($"{root}/{i}", "");
            await guest.Store.WatchAsync($"{root}/{i}");
        }
    }
}
