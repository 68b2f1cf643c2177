using Xen.Grants;
using Xen.Platform;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Grants;

/// <summary>Copies through the hypervisor against copies in a model.</summary>
public static unsafe class GrantCopyChecks
{
    private const int LocalPageCount = 3;
    private const int PeerPageCount = 4;

    public static void CopyIsACopy(IChoice choice, GrantTableVersion version)
    {
        ArgumentNullException.ThrowIfNull(choice);
        // What Xen wants tried again loses its place in the order: with that fault, one at a time.
        bool isTriedAgain = choice.Next(2) != 0;
        var faults = new SimulationFaults { GrantTryAgainPerMille = isTriedAgain ? 50 : 0 };
        var options = new SimulationOptions { Choice = choice, GrantVersion = version, Faults = faults };
        SimulationRun.Run(options, simulation =>
        {
            SimulatedDomain front = simulation.CreateDomain("front");
            SimulatedDomain back = simulation.CreateDomain("back");
            GrantedPages writable = front.Grants.Allocate(back.Id, PeerPageCount, GrantAccess.ReadWrite);
            GrantedPages readOnly = front.Grants.Allocate(back.Id, PeerPageCount, GrantAccess.ReadOnly);
            using LocalPages local = back.Grants.AllocateLocal(LocalPageCount);
            Fill(choice, writable.Bytes);
            Fill(choice, readOnly.Bytes);
            Fill(choice, local.Bytes);
            var model = new Model(writable.Bytes.ToArray(), readOnly.Bytes.ToArray(), local.Bytes.ToArray());
            var operations = new GrantCopy[isTriedAgain ? 1 : 1 + choice.Next(70)];
            var expected = new bool[operations.Length];
            for (int i = 0; i < operations.Length; i++)
            {
                expected[i] = Make(choice, front.Id, writable, readOnly, local, model, ref operations[i]);
            }

            back.Grants.Copy(operations);
            for (int i = 0; i < operations.Length; i++)
            {
                Expect.That(expected[i] == (operations[i].Status == GrantStatus.Okay), $"Copy {i} of {operations.Length} ended with {operations[i].Status}.");
            }

            Expect.That(writable.Bytes.SequenceEqual(model.Writable), "The peer's writable pages differ from the model.");
            Expect.That(readOnly.Bytes.SequenceEqual(model.ReadOnly), "The peer's read-only pages differ from the model.");
            Expect.That(local.Bytes.SequenceEqual(model.Local), "The local pages differ from the model.");
            Expect.Equal(RevokeResult.Revoked, front.Grants.Revoke(writable), "revoke");
            Expect.Equal(RevokeResult.Revoked, front.Grants.Revoke(readOnly), "revoke");
            return Task.CompletedTask;
        });
    }

    private static bool Make(
        IChoice choice, DomainId peer, GrantedPages writable, GrantedPages readOnly, LocalPages local, Model model, ref GrantCopy operation)
    {
        bool isWritable = choice.Next(2) == 0;
        bool fromPeer = choice.Next(2) == 0;
        int page = choice.Next(PeerPageCount);
        int length = choice.Next(PageSize.Bytes + 1);
        int offset = choice.Next(PageSize.Bytes);
        int localOffset = choice.Next(local.Length - length + 1);
        operation = new GrantCopy
        {
            Peer = peer,
            Ref = (isWritable ? writable : readOnly).Refs[page],
            Offset = (ushort)offset,
            Length = (ushort)length,
            FromPeer = fromPeer,
            Local = local.Address + localOffset,
        };
        if (offset + length > PageSize.Bytes)
        {
            return false;
        }

        Span<byte> theirs = (isWritable ? model.Writable : model.ReadOnly).AsSpan((page * PageSize.Bytes) + offset, length);
        Span<byte> ours = model.Local.AsSpan(localOffset, length);
        if (fromPeer)
        {
            theirs.CopyTo(ours);
            return true;
        }

        if (isWritable)
        {
            ours.CopyTo(theirs);
        }

        return isWritable;
    }

    private static void Fill(IChoice choice, Span<byte> bytes) => new SeededChoice((ulong)choice.Next(int.MaxValue)).Fill(bytes);

    private sealed record Model(byte[] Writable, byte[] ReadOnly, byte[] Local);
}
