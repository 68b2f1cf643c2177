using Xen.Grants;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Grants;

/// <summary>Which version a grant table has, how it grows, and what version 2 alone can do.</summary>
public static unsafe class GrantVersionChecks
{
    private const ulong First64BitFrame = 1UL << 32;

    public static void VersionIsDetected(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        int max = 1 + choice.Next(2);
        GrantTableVersion? wanted = choice.Next(3) switch { 0 => null, 1 => GrantTableVersion.V1, _ => GrantTableVersion.V2 };
        bool isHigh = choice.Next(2) == 0;
        GrantTableVersion wish = wanted ?? (isHigh ? GrantTableVersion.V2 : GrantTableVersion.V1);
        GrantTableVersion expected = max == 1 ? GrantTableVersion.V1 : wish;
        bool canGrant = !isHigh || expected == GrantTableVersion.V2;
        var options = new SimulationOptions { MaxGrantVersion = max, GrantVersion = wanted, FirstFrame = isHigh ? First64BitFrame : 0x1000 };
        SimulationRun.Run(options, simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            for (int epoch = 0; epoch < 3; epoch++)
            {
                Expect.Equal(expected, guest.Grants.Version, "version");
                Expect.Equal((expected == GrantTableVersion.V1 ? 512 : 256) * options.MaxGrantFrames, guest.Grants.Capacity.Total + 8, "references");
                Expect.Equal(canGrant, CanShare(guest, simulation.Dom0), "a page can be shared");
                guest.SuspendAndResume();
            }

            Expect.Equal(0, simulation.Leaks().Count, "leaks");
            return Task.CompletedTask;
        });
    }

    /// <summary>Frame after frame, and in version 2 a status frame for each eight of them.</summary>
    public static void EveryFrameWorks(IChoice choice, GrantTableVersion version)
    {
        ArgumentNullException.ThrowIfNull(choice);
        var options = new SimulationOptions { Choice = choice, GrantVersion = version, MaxGrantFrames = 1 + choice.Next(18) };
        SimulationRun.Run(options, simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            SimulatedDomain peer = simulation.CreateDomain("peer");
            using LocalPages page = guest.Grants.AllocateLocal(1);
            var refs = new List<GrantRef>();
            while (guest.Grants.TryGrant(peer.Id, page.Address, GrantAccess.ReadWrite, guest.Grants.Epoch, out GrantRef reference))
            {
                refs.Add(reference);
            }

            Expect.Equal(guest.Grants.Capacity.Total, refs.Count, "references of a whole table");
            HashSet<GrantRef> held = [.. Enumerable.Range(0, 20).Select(_ => refs[choice.Next(refs.Count)]), refs[^1]];
            GrantRef[] order = [.. held.OrderBy(reference => reference.Value)];
            MappedGrants[] mapped = [.. order.Select(reference => peer.Grants.Map(guest.Id, [reference], GrantAccess.ReadWrite))];
            refs.ForEach(reference => Expect.Equal(held.Contains(reference) ? RevokeResult.Busy : RevokeResult.Revoked, guest.Grants.EndAccess(reference, guest.Grants.Epoch), $"end of {reference}"));
            Array.ForEach(order, reference => Expect.That(!guest.Grants.IsIdle(reference, guest.Grants.Epoch), $"{reference} is called idle while it is mapped."));
            Array.ForEach(mapped, mapping => mapping.Dispose());
            Array.ForEach(order, reference => Expect.That(guest.Grants.IsIdle(reference, guest.Grants.Epoch), $"{reference} is not called idle."));
            Expect.Equal(0, guest.Grants.Capacity.InUse, "references left");
            Expect.Equal(0, simulation.Leaks().Count, "leaks");
            return Task.CompletedTask;
        });
    }

    /// <summary>The toolstack wrote its entries in version 1; the guest changes to 2 and back. What is in use keeps the version as it is.</summary>
    public static void ToolstackEntriesStay(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, GrantVersion = GrantTableVersion.V1 }, simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            SimulatedDomain dom0 = simulation.Dom0;
            using LocalPages page = guest.Grants.AllocateLocal(1);
            uint reserved = (uint)choice.Next((int)GrantRef.FirstFree);
            WriteEntryV1(guest.Hypervisor, reserved, dom0.Id, page.Address);
            MappedGrants? mapped = choice.Next(2) == 0 ? dom0.Grants.Map(guest.Id, [new GrantRef(reserved)], GrantAccess.ReadWrite) : null;
            for (uint version = 2; version >= 1; version--)
            {
                Expect.Equal((0, version), SetVersion(guest.Hypervisor, version), "change of the version");
                using MappedGrants again = dom0.Grants.Map(guest.Id, [new GrantRef(reserved)], GrantAccess.ReadWrite);
                again.Bytes[(int)version] = (byte)version;
                Expect.Equal((byte)version, page.Bytes[(int)version], "what was written through the toolstack's entry");
            }

            mapped?.Dispose();
            GrantedPages granted = guest.Grants.Allocate(dom0.Id, 1, GrantAccess.ReadWrite);
            using (dom0.Grants.Map(guest.Id, granted.Refs, GrantAccess.ReadWrite))
            {
                Expect.Equal((-(int)XenErrno.EBUSY, 1u), SetVersion(guest.Hypervisor, 2), "change of the version while a reference is in use");
            }

            Expect.Equal(RevokeResult.Revoked, guest.Grants.Revoke(granted), "revoke");
            Expect.Equal((-(int)XenErrno.EINVAL, 1u), SetVersion(guest.Hypervisor, (uint)(3 + choice.Next(100))), "a version that does not exist");
            return Task.CompletedTask;
        });
    }

    /// <summary>An entry of version 2 for a part of a page can be copied from and to inside of that part, and not mapped.</summary>
    public static void PartsAreEnforced(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, GrantVersion = GrantTableVersion.V2 }, simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            SimulatedDomain peer = simulation.CreateDomain("peer");
            GrantedPages page = guest.Grants.Allocate(peer.Id, 1, GrantAccess.ReadWrite);
            using LocalPages local = peer.Grants.AllocateLocal(1);
            local.Bytes.Fill(1);
            int first = choice.Next(PageSize.Bytes);
            int length = choice.Next(PageSize.Bytes - first + 1);
            NarrowEntry(guest.Hypervisor, page.Refs[0], first, length);
            int offset = choice.Next(PageSize.Bytes);
            int count = choice.Next(PageSize.Bytes - offset + 1);
            Span<GrantCopy> copy = [new GrantCopy { Peer = guest.Id, Ref = page.Refs[0], Offset = (ushort)offset, Length = (ushort)count, Local = local.Address }];
            peer.Grants.Copy(copy);
            bool isInside = offset >= first && offset + count <= first + length;
            Expect.Equal(isInside ? GrantStatus.Okay : GrantStatus.GeneralError, copy[0].Status, $"copy of {count} bytes at {offset} into {length} at {first}");
            Expect.Equal(isInside ? count : 0, page.Bytes.Count((byte)1), "bytes that were copied");
            Expect.That(!CanMap(peer, guest.Id, page.Refs[0]), "A part of a page was mapped.");
            Expect.Equal(RevokeResult.Revoked, guest.Grants.Revoke(page), "revoke");
            return Task.CompletedTask;
        });
    }

    private static bool CanShare(SimulatedDomain guest, SimulatedDomain peer)
    {
        GrantedPages pages;
        try
        {
            pages = guest.Grants.Allocate(peer.Id, 1, GrantAccess.ReadWrite);
        }
        catch (XenException exception)
        {
            Expect.That(exception.Message.Contains("version 1 can name", StringComparison.Ordinal), $"The message does not say why: {exception.Message}");
            return false;
        }

        using (MappedGrants mapped = peer.Grants.Map(guest.Id, pages.Refs, GrantAccess.ReadWrite))
        {
            mapped.Bytes[3] = 4;
            Expect.Equal((byte)4, pages.Bytes[3], "what the peer wrote");
            Expect.Equal(RevokeResult.Busy, guest.Grants.Revoke(pages), "revoke of what is mapped");
        }

        return true;
    }

    private static bool CanMap(SimulatedDomain domain, DomainId granter, GrantRef reference)
    {
        try
        {
            domain.Grants.Map(granter, [reference], GrantAccess.ReadOnly).Dispose();
            return true;
        }
        catch (XenException)
        {
            return false;
        }
    }

    private static (int Result, uint Version) SetVersion(IHypervisor hypervisor, uint version)
    {
        var argument = new GnttabSetVersion { Version = version };
        return (hypervisor.GrantTableOp(GrantTableOp.SetVersion, &argument, 1), argument.Version);
    }

    private static void WriteEntryV1(IHypervisor hypervisor, uint reference, DomainId peer, byte* page)
    {
        hypervisor.TryFrameOf(page, out ulong frame);
        GrantEntryV1* entry = (GrantEntryV1*)hypervisor.PlaceGrantFrame(0) + reference;
        *entry = new GrantEntryV1 { Flags = GrantEntryFlags.PermitAccess, Domid = peer.Value, Frame = (uint)frame };
    }

    private static void NarrowEntry(IHypervisor hypervisor, GrantRef reference, int first, int length)
    {
        GrantEntryV2* entry = (GrantEntryV2*)hypervisor.PlaceGrantFrame(0) + reference.Value;
        entry->PageOffset = (ushort)first;
        entry->Length = (ushort)length;
        entry->Flags |= GrantEntryFlags.SubPage;
    }
}
