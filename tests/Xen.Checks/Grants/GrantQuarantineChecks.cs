using Xen.Grants;
using Xen.Platform;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Grants;

/// <summary>R7: a peer that does not let go costs the pages it holds, never a page or a reference of somebody else.</summary>
public static class GrantQuarantineChecks
{
    private const int Steps = 60;

    public static void NothingHeldIsReused(IChoice choice, GrantTableVersion version)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, GrantVersion = version, PagesPerDomain = 256 }, async simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            SimulatedDomain hostile = simulation.CreateDomain("hostile");
            var granted = new List<GrantedPages>();
            var mapped = new List<MappedGrants>();
            for (int step = 0; step < Steps; step++)
            {
                Step(choice, guest, hostile, granted, mapped);
                Scribble(mapped);
                if (choice.Next(4) == 0)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(choice.Next(50)), simulation.TimeProvider);
                }
            }

            granted.ForEach(pages => guest.Grants.Revoke(pages));
            Expect.Equal(guest.Grants.Capacity.InUse, guest.Grants.Capacity.Quarantined, "references in use that are not in quarantine");
            mapped.ForEach(pages => pages.Dispose());
            await Task.Delay(TimeSpan.FromMinutes(3), simulation.TimeProvider);
            Expect.Equal(0, guest.Grants.Capacity.InUse, "references left");
            Expect.Equal(0, guest.Grants.Budget.UsedPages, "pages of the budget left");
            Expect.Equal(0, simulation.Leaks().Count, "leaks");
        });
    }

    public static void SinglePagesWait(IChoice choice, GrantTableVersion version)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, GrantVersion = version }, async simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            SimulatedDomain hostile = simulation.CreateDomain("hostile");
            LocalPages local = guest.Grants.AllocateLocal(8);
            var held = new Dictionary<uint, MappedGrants>();
            for (int page = 0; page < local.PageCount; page++)
            {
                GrantRef reference = Grant(guest, hostile.Id, local, page);
                Expect.That(!held.ContainsKey(reference.Value), $"{reference} was handed out while the peer holds it.");
                bool isHeld = choice.Next(2) == 0;
                if (isHeld)
                {
                    held.Add(reference.Value, hostile.Grants.Map(guest.Id, [reference], (GrantAccess)choice.Next(2)));
                }

                Expect.Equal(isHeld ? RevokeResult.Busy : RevokeResult.Revoked, guest.Grants.EndAccess(reference, guest.Grants.Epoch), "end of access");
                Expect.That(!isHeld || !guest.Grants.IsIdle(reference, guest.Grants.Epoch), $"{reference} is called idle while the peer holds it.");
            }

            Expect.Equal(held.Count, guest.Grants.Capacity.Quarantined, "references in quarantine");
            local.Dispose();
            Expect.Equal(held.Count == 0 ? 0 : 8, guest.Grants.Budget.UsedPages, "pages of the budget in use");
            foreach (MappedGrants mapping in held.Values)
            {
                mapping.Dispose();
            }

            await Task.Delay(TimeSpan.FromMinutes(3), simulation.TimeProvider);
            Expect.Equal(0, guest.Grants.Capacity.InUse, "references left");
            Expect.Equal(0, guest.Grants.Budget.UsedPages, "pages of the budget left");
        });
    }

    private static void Step(IChoice choice, SimulatedDomain guest, SimulatedDomain hostile, List<GrantedPages> granted, List<MappedGrants> mapped)
    {
        switch (choice.Next(4))
        {
            case 0 when granted.Count < 20:
                GrantedPages pages = guest.Grants.Allocate(hostile.Id, 1 + choice.Next(3), GrantAccess.ReadWrite);
                Expect.That(pages.Bytes.IndexOfAnyExcept((byte)0) < 0, "A page was granted that is not zero: somebody else can still write it.");
                Scribble(mapped);
                Expect.That(pages.Bytes.IndexOfAnyExcept((byte)0) < 0, "A page was granted that the peer still holds from an earlier grant.");
                granted.Add(pages);
                break;
            case 1 when granted.Count > 0:
                GrantedPages target = granted[choice.Next(granted.Count)];
                mapped.Add(hostile.Grants.Map(guest.Id, target.Refs.Slice(choice.Next(target.PageCount), 1), GrantAccess.ReadWrite));
                break;
            case 2 when granted.Count > 0:
                int index = choice.Next(granted.Count);
                guest.Grants.Revoke(granted[index]);
                granted.RemoveAt(index);
                break;
            case 3 when mapped.Count > 0:
                int victim = choice.Next(mapped.Count);
                mapped[victim].Dispose();
                mapped.RemoveAt(victim);
                break;
        }
    }

    private static unsafe GrantRef Grant(SimulatedDomain guest, DomainId peer, LocalPages local, int page)
    {
        byte* address = local.Address + (page * PageSize.Bytes);
        Expect.That(guest.Grants.TryGrant(peer, address, GrantAccess.ReadWrite, guest.Grants.Epoch, out GrantRef reference), "The table has no reference left.");
        return reference;
    }

    private static void Scribble(List<MappedGrants> mapped)
    {
        foreach (MappedGrants mapping in mapped)
        {
            mapping.Bytes[7] = 0xEE;
        }
    }
}
