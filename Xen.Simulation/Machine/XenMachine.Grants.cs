using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

internal sealed unsafe partial class XenMachine
{
    private int GrantTableCall(XenDomain caller, GrantTableOp operation, void* arguments, ulong count)
    {
        if (arguments is null && count > 0)
        {
            return -(int)XenErrno.EFAULT;
        }

        for (ulong i = 0; i < count; i++)
        {
            switch (operation)
            {
                case GrantTableOp.MapGrantRef:
                    Map(caller, (GnttabMapGrantRef*)arguments + i);
                    break;
                case GrantTableOp.UnmapGrantRef:
                    Unmap(caller, (GnttabUnmapGrantRef*)arguments + i);
                    break;
                case GrantTableOp.Copy:
                    Copy(caller, (GnttabCopy*)arguments + i);
                    break;
                case GrantTableOp.QuerySize:
                    QuerySize(caller, (GnttabQuerySize*)arguments + i);
                    break;
                case GrantTableOp.SetupTable:
                    SetupTable(caller, (GnttabSetupTable*)arguments + i);
                    break;
                case GrantTableOp.GetVersion:
                    return GetVersion(caller, (GnttabGetVersion*)arguments);
                case GrantTableOp.SetVersion:
                    return SetVersion(caller, (GnttabSetVersion*)arguments);
                default:
                    return -(int)XenErrno.ENOSYS;
            }
        }

        return 0;
    }

    private void Map(XenDomain caller, GnttabMapGrantRef* operation)
    {
        operation->Status = TryMap(caller, operation);
        host.Trace(caller, TraceKind.Map, operation->Ref, (long)operation->Status);
    }

    private GrantStatus TryMap(XenDomain caller, GnttabMapGrantRef* operation)
    {
        var flags = (GrantMapFlags)operation->Flags;
        if ((flags & GrantMapFlags.HostMap) == 0)
        {
            return GrantStatus.GeneralError;
        }

        XenDomain? granter = Find(operation->Dom, caller);
        if (granter is null)
        {
            return GrantStatus.BadDomain;
        }

        if (!caller.Physmap.TryForeign(operation->HostAddr >> PageSize.Shift, out int index) || caller.Physmap.Foreign.IsMapped(index))
        {
            return GrantStatus.BadVirtualAddress;
        }

        if (host.Strikes(options.Faults.GrantTryAgainPerMille))
        {
            return GrantStatus.TryAgain;
        }

        int handle = caller.Maptrack.Take();
        if (handle == Maptrack.None)
        {
            return GrantStatus.NoSpace;
        }

        bool isWritable = (flags & GrantMapFlags.ReadOnly) == 0;
        GrantStatus status = granter.Grants.Acquire(operation->Ref, caller.Id, isWritable, out byte* page);
        if (status != GrantStatus.Okay)
        {
            caller.Maptrack.Give(handle);
            return status;
        }

        caller.Physmap.Foreign.Map(index, granter.Physmap.Memory, page);
        caller.Maptrack[handle] = new Mapping
        {
            Granter = granter.Id,
            Ref = operation->Ref,
            Generation = granter.Grants.Generation,
            ForeignIndex = index,
            IsWritable = isWritable,
            IsUsed = true,
        };
        operation->Handle = (uint)handle;
        operation->DevBusAddr = 0;
        return GrantStatus.Okay;
    }

    private void Unmap(XenDomain caller, GnttabUnmapGrantRef* operation)
    {
        operation->Status = TryUnmap(caller, operation);
        host.Trace(caller, TraceKind.Unmap, operation->Handle, (long)operation->Status);
    }

    private GrantStatus TryUnmap(XenDomain caller, GnttabUnmapGrantRef* operation)
    {
        if (!caller.Maptrack.IsUsed(operation->Handle))
        {
            return GrantStatus.BadHandle;
        }

        ref Mapping mapping = ref caller.Maptrack[(int)operation->Handle];
        if (!caller.Physmap.TryForeign(operation->HostAddr >> PageSize.Shift, out int index) || index != mapping.ForeignIndex)
        {
            return GrantStatus.BadVirtualAddress;
        }

        EndMapping(caller, (int)operation->Handle);
        return GrantStatus.Okay;
    }

    private void EndMapping(XenDomain domain, int handle)
    {
        Mapping mapping = domain.Maptrack[handle];
        domain.Physmap.Foreign.Unmap(mapping.ForeignIndex);
        XenGrantTable grants = _domains[mapping.Granter].Grants;
        if (grants.Generation == mapping.Generation)
        {
            grants.Release(mapping.Ref, mapping.IsWritable);
        }

        domain.Maptrack.Give(handle);
    }

    private void EndAllMappings(XenDomain domain)
    {
        for (int handle = 0; handle < domain.Maptrack.Count; handle++)
        {
            if (domain.Maptrack[handle].IsUsed)
            {
                EndMapping(domain, handle);
            }
        }
    }

    private void Copy(XenDomain caller, GnttabCopy* operation)
    {
        operation->Status = TryCopy(caller, operation);
        host.Trace(caller, TraceKind.Copy, operation->Len, (long)operation->Status);
    }

    private GrantStatus TryCopy(XenDomain caller, GnttabCopy* operation)
    {
        bool isSourceRef = (operation->Flags & GnttabCopy.SourceIsRef) != 0;
        bool isDestRef = (operation->Flags & GnttabCopy.DestIsRef) != 0;
        if (operation->SourceOffset + operation->Len > PageSize.Bytes || operation->DestOffset + operation->Len > PageSize.Bytes)
        {
            return GrantStatus.BadCopyArgument;
        }

        if (host.Strikes(options.Faults.GrantTryAgainPerMille))
        {
            return GrantStatus.TryAgain;
        }

        var source = new CopyEnd(isSourceRef, operation->SourceDomid, operation->SourceGmfn, false);
        GrantStatus status = Open(caller, ref source, operation->SourceOffset, operation->Len);
        if (status != GrantStatus.Okay)
        {
            return status;
        }

        var dest = new CopyEnd(isDestRef, operation->DestDomid, operation->DestGmfn, true);
        status = Open(caller, ref dest, operation->DestOffset, operation->Len);
        if (status == GrantStatus.Okay)
        {
            Buffer.MemoryCopy(source.Page + operation->SourceOffset, dest.Page + operation->DestOffset, operation->Len, operation->Len);
            Close(ref dest);
        }

        Close(ref source);
        return status;
    }

    private GrantStatus Open(XenDomain caller, ref CopyEnd end, int offset, int length)
    {
        XenDomain? domain = Find(end.DomainId, caller);
        if (domain is null)
        {
            return GrantStatus.BadDomain;
        }

        end.Domain = domain;
        if (end.IsRef)
        {
            return OpenRef(caller, ref end, offset, length);
        }

        if (domain != caller)
        {
            return GrantStatus.PermissionDenied;
        }

        end.Page = PageOf(domain, end.RefOrFrame);
        return end.Page is null ? GrantStatus.BadPage : GrantStatus.Okay;
    }

    private static GrantStatus OpenRef(XenDomain caller, ref CopyEnd end, int offset, int length)
    {
        GrantStatus status = end.Domain!.Grants.AcquirePart(
            (uint)end.RefOrFrame, caller.Id, end.IsWrite, out end.Page, out (int First, int Length) part);
        if (status == GrantStatus.Okay && (offset < part.First || offset + length > part.First + part.Length))
        {
            Close(ref end);
            return GrantStatus.GeneralError;
        }

        return status;
    }

    private static void Close(ref CopyEnd end)
    {
        if (end.IsRef)
        {
            end.Domain!.Grants.Release((uint)end.RefOrFrame, end.IsWrite);
        }
    }

    private static byte* PageOf(XenDomain domain, ulong frame)
    {
        byte* own = domain.Physmap.OwnPage(frame);
        return own is null && domain.Physmap.TryForeign(frame, out int index) ? domain.Physmap.Foreign.PageAt(index) : own;
    }

    private void QuerySize(XenDomain caller, GnttabQuerySize* operation)
    {
        XenDomain? domain = FindControlled(operation->Dom, caller, out int error);
        operation->Status = error switch
        {
            0 => GrantStatus.Okay,
            -(int)XenErrno.EPERM => GrantStatus.PermissionDenied,
            _ => GrantStatus.BadDomain,
        };
        operation->NrFrames = (uint)(domain?.Grants.FrameCount ?? 0);
        operation->MaxNrFrames = (uint)(domain?.Grants.MaxFrames ?? 0);
    }

    private void SetupTable(XenDomain caller, GnttabSetupTable* operation)
    {
        XenDomain? domain = FindControlled(operation->Dom, caller, out _);
        if (domain is null)
        {
            operation->Status = GrantStatus.BadDomain;
            return;
        }

        operation->Status = operation->NrFrames <= (uint)domain.Grants.MaxFrames && domain.Grants.TryGrow((int)operation->NrFrames)
            ? GrantStatus.Okay
            : GrantStatus.GeneralError;
    }

    private int GetVersion(XenDomain caller, GnttabGetVersion* argument)
    {
        XenDomain? domain = FindControlled(argument->Dom, caller, out int error);
        argument->Version = domain?.Grants.Version ?? 0;
        return error;
    }

    private int SetVersion(XenDomain caller, GnttabSetVersion* argument)
    {
        int error = argument->Version switch
        {
            not (1 or 2) => -(int)XenErrno.EINVAL,
            uint version when version > options.MaxGrantVersion => -(int)XenErrno.ENOSYS,
            uint version => caller.Grants.TrySetVersion(version) ? 0 : -(int)XenErrno.EBUSY,
        };
        argument->Version = caller.Grants.Version;
        return error;
    }

    /// <summary>One side of a copy.</summary>
    private struct CopyEnd(bool isRef, ushort domainId, ulong refOrFrame, bool isWrite)
    {
        public readonly bool IsRef = isRef;
        public readonly ushort DomainId = domainId;
        public readonly ulong RefOrFrame = refOrFrame;
        public readonly bool IsWrite = isWrite;
        public XenDomain? Domain;
        public byte* Page;
    }
}
