using Xen.Grants;
using Xen.Platform;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Grants;

/// <summary>Pages and references come and go whole, clean, and in their epoch.</summary>
public static unsafe class GrantChecks
{
    private const int Steps = 40;

    public static void EverythingComesBack(IChoice choice, GrantTableVersion version)
    {
        ArgumentNullException.ThrowIfNull(choice);
        var options = new SimulationOptions { Choice = choice, GrantVersion = version, PageBudget = 40, MaxGrantFrames = 1, Faults = new SimulationFaults { GrantTryAgainPerMille = 100 } };
        SimulationRun.Run(options, simulation =>
        {
            GuestGrantTable grants = simulation.CreateDomain("guest").Grants;
            DomainId peer = simulation.Dom0.Id;
            var held = new List<GrantedPages>();
            var local = new List<LocalPages>();
            for (int step = 0; step < Steps; step++)
            {
                Step(choice, grants, peer, held, local);
                int used = held.Sum(pages => pages.PageCount) + local.Sum(pages => pages.PageCount);
                Expect.Equal(used, grants.Budget.UsedPages, "pages of the budget in use");
                Expect.Equal(held.Sum(pages => pages.PageCount), grants.Capacity.InUse, "references in use");
            }

            held.ForEach(pages => Expect.Equal(RevokeResult.Revoked, grants.Revoke(pages), "revoke"));
            local.ForEach(pages => pages.Dispose());
            Expect.Equal(0, grants.Budget.UsedPages, "pages of the budget left");
            Expect.Equal(0, grants.Capacity.InUse, "references left");
            Expect.Equal(0, simulation.Leaks().Count, "grants left, as Xen sees it");
            return Task.CompletedTask;
        });
    }

    public static void PagesAreZero(IChoice choice, GrantTableVersion version)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, GrantVersion = version, PagesPerDomain = 32 }, simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            SoilMemory(guest.Hypervisor);
            for (int step = 0; step < Steps; step++)
            {
                int count = 1 + choice.Next(4);
                GrantedPages pages = guest.Grants.Allocate(simulation.Dom0.Id, count, GrantAccess.ReadWrite);
                using LocalPages local = guest.Grants.AllocateLocal(count);
                Expect.That(pages.Bytes.IndexOfAnyExcept((byte)0) < 0, $"{count} pages that were granted hold what lay there before.");
                Expect.That(local.Bytes.IndexOfAnyExcept((byte)0) < 0, $"{count} local pages hold what lay there before.");
                pages.Bytes.Fill(0xAA);
                local.Bytes.Fill(0xBB);
                guest.Grants.Revoke(pages);
            }

            return Task.CompletedTask;
        });
    }

    public static void LateWriteIsFound(IChoice choice, GrantTableVersion version)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, GrantVersion = version }, simulation =>
        {
            GuestGrantTable grants = simulation.CreateDomain("guest").Grants;
            GrantedPages pages = grants.Allocate(simulation.Dom0.Id, 2, GrantAccess.ReadWrite);
            byte* kept = pages.Address;
            Expect.Equal(RevokeResult.Revoked, grants.Revoke(pages), "revoke");
            ExpectReleased(() => pages.Page(0));
            kept[choice.Next(pages.Length)] ^= 1;
            string message = ExpectFailure(() => grants.Allocate(simulation.Dom0.Id, 2, GrantAccess.ReadWrite));
            Expect.That(message.Contains("after Revoke of 2 pages", StringComparison.Ordinal), $"The message does not say who released the page: {message}");
            return Task.CompletedTask;
        });
    }

    public static void OldGrantsAreStale(IChoice choice, GrantTableVersion version)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, GrantVersion = version }, simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            SimulatedDomain peer = simulation.CreateDomain("peer");
            GrantedPages old = guest.Grants.Allocate(peer.Id, 1 + choice.Next(3), GrantAccess.ReadWrite);
            GrantedPages ofPeer = peer.Grants.Allocate(guest.Id, 1, GrantAccess.ReadWrite);
            MappedGrants mapped = guest.Grants.Map(peer.Id, ofPeer.Refs, GrantAccess.ReadWrite);
            MappedGrants held = peer.Grants.Map(guest.Id, old.Refs, GrantAccess.ReadWrite);
            guest.SuspendAndResume();
            GrantedPages young = guest.Grants.Allocate(peer.Id, 1, GrantAccess.ReadWrite);
            Expect.Equal(RevokeResult.Stale, guest.Grants.Revoke(old), "revoke of the old pages");
            mapped.Dispose();
            held.Dispose();
            Expect.Equal(1, guest.Grants.Capacity.InUse, "references in use");
            Expect.Equal(RevokeResult.Revoked, guest.Grants.Revoke(young), "revoke of the new page");
            Expect.Equal(RevokeResult.Revoked, peer.Grants.Revoke(ofPeer), "revoke of what the old guest mapped");
            Expect.Equal(0, guest.Grants.Budget.UsedPages, "pages of the budget left");
            Expect.Equal(0, simulation.Leaks().Count, "leaks");
            return Task.CompletedTask;
        });
    }

    public static unsafe void OldSinglePagesAreStale(IChoice choice, GrantTableVersion version)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, GrantVersion = version }, simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            SimulatedDomain peer = simulation.CreateDomain("peer");
            using LocalPages pages = guest.Grants.AllocateLocal(2);
            byte* second = pages.Address + GrantedPages.PageSize;
            uint before = guest.Grants.Epoch;
            for (int skipped = choice.Next(3); skipped >= 0; skipped--)
            {
                guest.Grants.TryGrant(peer.Id, pages.Address, GrantAccess.ReadWrite, before, out _);
            }

            guest.Grants.TryGrant(peer.Id, pages.Address, GrantAccess.ReadWrite, before, out GrantRef old);
            guest.SuspendAndResume();
            uint now = guest.Grants.Epoch;
            Expect.That(!guest.Grants.TryGrant(peer.Id, pages.Address, GrantAccess.ReadWrite, before, out _), "A page was granted in an epoch that is over.");
            var young = new List<GrantRef>();
            while (young.Count == 0 || young[^1] != old)
            {
                Expect.That(guest.Grants.TryGrant(peer.Id, second, GrantAccess.ReadWrite, now, out GrantRef reference), "The table has no reference left.");
                young.Add(reference);
            }

            Expect.Equal(RevokeResult.Stale, guest.Grants.EndAccess(old, before), "end of access of the old epoch");
            Expect.That(guest.Grants.IsIdle(old, before), "A page of the old epoch is called busy.");
            using (peer.Grants.Map(guest.Id, [old], GrantAccess.ReadWrite))
            {
                Expect.Equal(young.Count, guest.Grants.Capacity.InUse, "references in use");
            }

            young.ForEach(reference => Expect.Equal(RevokeResult.Revoked, guest.Grants.EndAccess(reference, now), "end of access"));
            return Task.CompletedTask;
        });
    }

    public static void ReservedReferencesStay(IChoice choice, GrantTableVersion version)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, GrantVersion = version, MaxGrantFrames = 1 }, simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            using LocalPages page = guest.Grants.AllocateLocal(1);
            int total = guest.Grants.Capacity.Total;
            var refs = new List<GrantRef>();
            while (guest.Grants.TryGrant(simulation.Dom0.Id, page.Address, GrantAccess.ReadOnly, guest.Grants.Epoch, out GrantRef reference))
            {
                Expect.That(reference.Value >= GrantRef.FirstFree, $"{reference} belongs to the toolstack and was handed out.");
                refs.Add(reference);
            }

            Expect.Equal(total, refs.Count, "references of a whole table");
            string message = ExpectFailure(() => guest.Grants.Allocate(simulation.Dom0.Id, 1, GrantAccess.ReadWrite));
            Expect.That(message.Contains("the grant table is full", StringComparison.Ordinal), $"The message does not name the limit: {message}");
            refs.ForEach(reference => Expect.Equal(RevokeResult.Revoked, guest.Grants.EndAccess(reference, guest.Grants.Epoch), "end of access"));
            for (uint reserved = 0; reserved < GrantRef.FirstFree; reserved++)
            {
                Expect.Equal(RevokeResult.Stale, guest.Grants.EndAccess(new GrantRef(reserved), guest.Grants.Epoch), $"end of access of reference {reserved}");
            }

            return Task.CompletedTask;
        });
    }

    private static void Step(IChoice choice, GuestGrantTable grants, DomainId peer, List<GrantedPages> held, List<LocalPages> local)
    {
        int count = 1 + choice.Next(12);
        bool fits = count <= grants.Budget.AvailablePages;
        switch (choice.Next(4))
        {
            case 0 when fits:
                held.Add(grants.Allocate(peer, count, GrantAccess.ReadWrite));
                break;
            case 1 when fits:
                local.Add(grants.AllocateLocal(count));
                break;
            case 0 or 1:
                string message = ExpectFailure(() => grants.Allocate(peer, count, GrantAccess.ReadWrite));
                Expect.That(message.Contains("page budget is used up", StringComparison.Ordinal), $"The message does not name the limit: {message}");
                break;
            case 2 when held.Count > 0:
                int index = choice.Next(held.Count);
                Expect.Equal(RevokeResult.Revoked, grants.Revoke(held[index]), "revoke");
                Expect.Equal(RevokeResult.Revoked, grants.Revoke(held[index]), "second revoke");
                held.RemoveAt(index);
                break;
            case 3 when local.Count > 0:
                int last = choice.Next(local.Count);
                local[last].Dispose();
                local[last].Dispose();
                local.RemoveAt(last);
                break;
        }
    }

    // All of the guest's memory, as an earlier owner could have left it.
    private static void SoilMemory(IHypervisor hypervisor)
    {
        var pages = new List<nint>();
        for (byte* page = hypervisor.AllocateFrames(1); page is not null; page = hypervisor.AllocateFrames(1))
        {
            new Span<byte>(page, PageSize.Bytes).Fill(0x5A);
            pages.Add((nint)page);
        }

        foreach (nint page in pages)
        {
            hypervisor.FreeFrames((byte*)page, 1);
        }
    }

    private static void ExpectReleased(Action use)
    {
        try
        {
            use();
        }
        catch (ObjectDisposedException)
        {
            return;
        }

        throw new CheckFailedException("Pages could be used after their revocation.");
    }

    private static string ExpectFailure(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is XenException or InvalidOperationException)
        {
            return exception.Message;
        }

        throw new CheckFailedException("An allocation that should fail did not.");
    }
}
