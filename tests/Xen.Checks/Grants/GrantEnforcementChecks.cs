using Xen.Grants;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Grants;

/// <summary>The machine itself: a domain that makes any hypercall it likes reaches only what others granted to it.</summary>
public static unsafe class GrantEnforcementChecks
{
    private const int Steps = 200;

    public static void OnlyGrantedPagesAreReached(IChoice choice, GrantTableVersion version)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, GrantVersion = version, PagesPerDomain = 128 }, simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            SimulatedDomain friend = simulation.CreateDomain("friend");
            SimulatedDomain hostile = simulation.CreateDomain("hostile");
            GrantedPages open = guest.Grants.Allocate(hostile.Id, 2, GrantAccess.ReadWrite);
            GrantedPages readOnly = guest.Grants.Allocate(hostile.Id, 2, GrantAccess.ReadOnly);
            GrantedPages others = guest.Grants.Allocate(friend.Id, 2, GrantAccess.ReadWrite);
            using LocalPages secret = guest.Grants.AllocateLocal(2);
            using LocalPages own = hostile.Grants.AllocateLocal(2);
            readOnly.Bytes.Fill(1);
            others.Bytes.Fill(2);
            secret.Bytes.Fill(3);
            own.Bytes.Fill(4);
            for (int step = 0; step < Steps; step++)
            {
                Attack(choice, hostile.Hypervisor, guest, own);
            }

            Expect.That(readOnly.Bytes.IndexOfAnyExcept((byte)1) < 0, "A read-only page was written.");
            Expect.That(others.Bytes.IndexOfAnyExcept((byte)2) < 0, "A page that was granted to another domain was written.");
            Expect.That(secret.Bytes.IndexOfAnyExcept((byte)3) < 0, "A page that was never granted was written.");
            Expect.That(own.Bytes.IndexOfAny((byte)2, (byte)3) < 0, "A page that was not granted to the domain was read.");
            Expect.Equal(RevokeResult.Revoked, guest.Grants.Revoke(others), "revoke of what the hostile domain cannot hold");
            guest.Grants.Revoke(open);
            guest.Grants.Revoke(readOnly);
            return Task.CompletedTask;
        });
    }

    private static void Attack(IChoice choice, IHypervisor hypervisor, SimulatedDomain guest, LocalPages own)
    {
        switch (choice.Next(3))
        {
            case 0:
                Copy(choice, hypervisor, guest, own);
                break;
            case 1:
                Map(choice, hypervisor, guest);
                break;
            case 2:
                var unmap = new GnttabUnmapGrantRef { HostAddr = (ulong)choice.Next(int.MaxValue) << PageSize.Shift, Handle = (uint)choice.Next(8) };
                hypervisor.GrantTableOp(GrantTableOp.UnmapGrantRef, &unmap, 1);
                break;
        }
    }

    private static void Copy(IChoice choice, IHypervisor hypervisor, SimulatedDomain guest, LocalPages own)
    {
        hypervisor.TryFrameOf(own.Address + (choice.Next(2) * PageSize.Bytes), out ulong frame);
        bool fromGuest = choice.Next(2) == 0;
        ulong theirs = choice.Next(4) == 0 ? frame + (ulong)choice.Next(1 << 22) : (ulong)choice.Next(16);
        ushort flags = (ushort)choice.Next(4);
        var copy = new GnttabCopy
        {
            SourceGmfn = fromGuest ? theirs : frame,
            SourceDomid = fromGuest ? guest.Id.Value : DomainId.Self.Value,
            SourceOffset = (ushort)choice.Next(5000),
            DestGmfn = fromGuest ? frame : theirs,
            DestDomid = fromGuest ? DomainId.Self.Value : guest.Id.Value,
            DestOffset = (ushort)choice.Next(5000),
            Len = (ushort)choice.Next(5000),
            Flags = flags,
        };
        hypervisor.GrantTableOp(GrantTableOp.Copy, &copy, 1);
        bool isWhole = copy.SourceOffset + copy.Len <= PageSize.Bytes && copy.DestOffset + copy.Len <= PageSize.Bytes;
        Expect.That(isWhole || copy.Status != GrantStatus.Okay, $"A copy of {copy.Len} bytes crossed the end of a page.");
    }

    private static void Map(IChoice choice, IHypervisor hypervisor, SimulatedDomain guest)
    {
        if (!hypervisor.TryReserveForeignFrames(1, out ulong frame))
        {
            return;
        }

        var map = new GnttabMapGrantRef
        {
            HostAddr = frame << PageSize.Shift,
            Flags = (uint)(GrantMapFlags.HostMap | (choice.Next(2) == 0 ? GrantMapFlags.ReadOnly : 0)),
            Ref = (uint)choice.Next(20),
            Dom = guest.Id.Value,
        };
        Expect.Equal(0, hypervisor.GrantTableOp(GrantTableOp.MapGrantRef, &map, 1), "result of the call");
        if (map.Status != GrantStatus.Okay)
        {
            Expect.That(hypervisor.ForeignAddress(frame, 1) is null, $"A mapping that ended with {map.Status} shows a page.");
            return;
        }

        bool isWritable = ((GrantMapFlags)map.Flags & GrantMapFlags.ReadOnly) == 0;
        byte* page = hypervisor.ForeignAddress(frame, 1);
        if (isWritable)
        {
            page[choice.Next(PageSize.Bytes)] = 5;
        }

        if (choice.Next(2) == 0)
        {
            var unmap = new GnttabUnmapGrantRef { HostAddr = frame << PageSize.Shift, Handle = map.Handle };
            hypervisor.GrantTableOp(GrantTableOp.UnmapGrantRef, &unmap, 1);
            Expect.Equal(GrantStatus.Okay, unmap.Status, "unmap");
            hypervisor.ReleaseForeignFrames(frame, 1);
        }
    }
}
