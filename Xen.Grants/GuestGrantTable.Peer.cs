using System.Globalization;
using System.Runtime.CompilerServices;
using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Grants;

// What a back end does with the pages of its peer: map and copy.
public sealed unsafe partial class GuestGrantTable
{
    private const int Batch = 32;
    private const int MaxTries = 8;

    /// <inheritdoc />
    public MappedGrants Map(DomainId peer, ReadOnlySpan<GrantRef> refs, GrantAccess access)
    {
        ArgumentOutOfRangeException.ThrowIfZero(refs.Length);
        if (!_hypervisor.TryReserveForeignFrames(refs.Length, out ulong firstFrame))
        {
            throw new XenException(XenErrno.ENOSPC, $"map {refs.Length} pages of {peer}", "the guest has no free frame numbers for foreign pages");
        }

        var handles = new uint[refs.Length];
        for (int done = 0; done < refs.Length; done += Batch)
        {
            int count = Math.Min(Batch, refs.Length - done);
            int mapped = MapBatch(peer, refs.Slice(done, count), access, firstFrame + (ulong)done, handles.AsSpan(done, count), out GrantStatus status);
            if (mapped < count)
            {
                Undo(firstFrame, refs.Length, handles.AsSpan(0, done + mapped));
                throw Refused(peer, refs[done + mapped], status);
            }
        }

        byte* address = _hypervisor.ForeignAddress(firstFrame, refs.Length);
        if (address is null)
        {
            Undo(firstFrame, refs.Length, handles);
            throw new XenException(XenErrno.EOPNOTSUPP, $"map {refs.Length} pages of {peer}", "this host cannot show these pages side by side");
        }

        return new GuestMappedGrants(this, peer, address, refs.ToArray(), Epoch, firstFrame, handles);
    }

    /// <inheritdoc />
    [SkipLocalsInit]
    public void Copy(Span<GrantCopy> operations)
    {
        GnttabCopy* batch = stackalloc GnttabCopy[Batch];
        int* owners = stackalloc int[Batch];
        int count = 0;
        for (int i = 0; i < operations.Length; i++)
        {
            if (count > Batch - 2)
            {
                Flush(operations, batch, owners, count);
                count = 0;
            }

            count += Add(ref operations[i], batch + count, owners + count, i);
        }

        Flush(operations, batch, owners, count);
    }

    internal void Unmap(uint epoch, ulong firstFrame, ReadOnlySpan<uint> handles)
    {
        if (epoch == Epoch)
        {
            Undo(firstFrame, handles.Length, handles);
            return;
        }

        _hypervisor.ReleaseForeignFrames(firstFrame, handles.Length);
    }

    private static XenException Refused(DomainId peer, GrantRef reference, GrantStatus status) => new(
        status switch
        {
            GrantStatus.TryAgain => XenErrno.EAGAIN,
            GrantStatus.BadDomain => XenErrno.ESRCH,
            GrantStatus.NoSpace => XenErrno.ENOSPC,
            GrantStatus.BadGrantRef => XenErrno.EINVAL,
            GrantStatus.GeneralError or GrantStatus.PermissionDenied => XenErrno.EACCES,
            _ => XenErrno.EIO,
        },
        $"map {reference} of {peer}",
        $"Xen answered {status}");

    // Maps as many as it can, in order; what follows the first that is refused is unmapped again.
    private int MapBatch(
        DomainId peer, ReadOnlySpan<GrantRef> refs, GrantAccess access, ulong firstFrame, Span<uint> handles, out GrantStatus status)
    {
        GnttabMapGrantRef* operations = stackalloc GnttabMapGrantRef[Batch];
        GrantMapFlags flags = GrantMapFlags.HostMap | (access == GrantAccess.ReadOnly ? GrantMapFlags.ReadOnly : 0);
        for (int i = 0; i < refs.Length; i++)
        {
            operations[i] = new GnttabMapGrantRef
            {
                HostAddr = (firstFrame + (ulong)i) << PageSize.Shift,
                Flags = (uint)flags,
                Ref = refs[i].Value,
                Dom = peer.Value,
                Status = GrantStatus.TryAgain,
            };
        }

        CallWhileTryAgain(operations, refs.Length);
        int mapped = 0;
        while (mapped < refs.Length && operations[mapped].Status == GrantStatus.Okay)
        {
            handles[mapped] = operations[mapped].Handle;
            mapped++;
        }

        status = mapped < refs.Length ? operations[mapped].Status : GrantStatus.Okay;
        for (int i = mapped + 1; i < refs.Length; i++)
        {
            if (operations[i].Status == GrantStatus.Okay)
            {
                UnmapOne(firstFrame + (ulong)i, operations[i].Handle);
            }
        }

        return mapped;
    }

    // One call for all in the ordinary case; what Xen wants tried again goes alone, a bounded number of times.
    private void CallWhileTryAgain(GnttabMapGrantRef* operations, int count)
    {
        if (_hypervisor.GrantTableOp(GrantTableOp.MapGrantRef, operations, count) != 0)
        {
            return;
        }

        for (int i = 0; i < count; i++)
        {
            for (int tries = 1; operations[i].Status == GrantStatus.TryAgain && tries < MaxTries; tries++)
            {
                _hypervisor.Yield();
                _hypervisor.GrantTableOp(GrantTableOp.MapGrantRef, operations + i, 1);
            }
        }
    }

    private void Undo(ulong firstFrame, int reserved, ReadOnlySpan<uint> handles)
    {
        for (int i = 0; i < handles.Length; i++)
        {
            UnmapOne(firstFrame + (ulong)i, handles[i]);
        }

        _hypervisor.ReleaseForeignFrames(firstFrame, reserved);
    }

    private void UnmapOne(ulong frame, uint handle)
    {
        var operation = new GnttabUnmapGrantRef { HostAddr = frame << PageSize.Shift, Handle = handle };
        int result = _hypervisor.GrantTableOp(GrantTableOp.UnmapGrantRef, &operation, 1);
        if (result != 0 || operation.Status != GrantStatus.Okay)
        {
            throw new XenException(
                XenErrno.EIO,
                string.Create(CultureInfo.InvariantCulture, $"unmap handle {handle}"),
                $"Xen answered {(result != 0 ? ((XenErrno)(-result)).ToString() : operation.Status.ToString())}: the guest's own record of its mappings is wrong");
        }
    }

    // One operation of ours is one of Xen's, or two where the local side crosses a page's end.
    private int Add(ref GrantCopy operation, GnttabCopy* parts, int* owners, int owner)
    {
        operation.Status = GrantStatus.Okay;
        if (operation.Offset + operation.Length > PageSize.Bytes)
        {
            operation.Status = GrantStatus.BadCopyArgument;
            return 0;
        }

        int localOffset = (int)((nuint)operation.Local % PageSize.Bytes);
        int first = Math.Min(operation.Length, PageSize.Bytes - localOffset);
        int rest = operation.Length - first;
        if (!TryFill(parts, in operation, 0, first) || (rest > 0 && !TryFill(parts + 1, in operation, first, rest)))
        {
            operation.Status = GrantStatus.BadPage;
            return 0;
        }

        owners[0] = owner;
        owners[rest > 0 ? 1 : 0] = owner;
        return rest > 0 ? 2 : 1;
    }

    private bool TryFill(GnttabCopy* part, in GrantCopy operation, int done, int length)
    {
        byte* local = operation.Local + done;
        if (!_hypervisor.TryFrameOf(local, out ulong frame))
        {
            return false;
        }

        ushort localOffset = (ushort)((nuint)local % PageSize.Bytes);
        ushort peerOffset = (ushort)(operation.Offset + done);
        // Field by field: a structure made elsewhere and moved here in wider pieces waits for its own stores. A reference is the low half
        // of the field that a frame number fills.
        if (operation.FromPeer)
        {
            part->SourceGmfn = operation.Ref.Value;
            part->SourceDomid = operation.Peer.Value;
            part->SourceOffset = peerOffset;
            part->DestGmfn = frame;
            part->DestDomid = DomainId.Self.Value;
            part->DestOffset = localOffset;
            part->Flags = GnttabCopy.SourceIsRef;
        }
        else
        {
            part->SourceGmfn = frame;
            part->SourceDomid = DomainId.Self.Value;
            part->SourceOffset = localOffset;
            part->DestGmfn = operation.Ref.Value;
            part->DestDomid = operation.Peer.Value;
            part->DestOffset = peerOffset;
            part->Flags = GnttabCopy.DestIsRef;
        }

        part->Len = (ushort)length;
        part->Status = GrantStatus.Okay;
        return true;
    }

    private void Flush(Span<GrantCopy> operations, GnttabCopy* batch, int* owners, int count)
    {
        if (count == 0)
        {
            return;
        }

        int result = _hypervisor.GrantTableOp(GrantTableOp.Copy, batch, count);
        for (int i = 0; i < count; i++)
        {
            for (int tries = 1; result == 0 && batch[i].Status == GrantStatus.TryAgain && tries < MaxTries; tries++)
            {
                _hypervisor.Yield();
                _hypervisor.GrantTableOp(GrantTableOp.Copy, batch + i, 1);
            }

            ref GrantCopy operation = ref operations[owners[i]];
            GrantStatus status = result == 0 ? batch[i].Status : GrantStatus.GeneralError;
            if (operation.Status == GrantStatus.Okay)
            {
                operation.Status = status;
            }
        }
    }
}
