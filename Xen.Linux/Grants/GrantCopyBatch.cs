using System.Runtime.InteropServices;
using Xen.Grants;
using Xen.Platform;

namespace Xen.Linux;

/// <summary>
/// Copies through gntdev, many in one request. The kernel splits a local side that crosses pages and retries a page that is
/// away for the moment, for a bounded time, by itself.
/// </summary>
internal sealed unsafe class GrantCopyBatch : IDisposable
{
    private const int Capacity = 256;

    private readonly IKernelDevice _gntdev;
    private GntdevAbi.CopySegment* _segments;

    internal GrantCopyBatch(IKernelDevice gntdev)
    {
        _gntdev = gntdev;
        _segments = (GntdevAbi.CopySegment*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(GntdevAbi.CopySegment));
    }

    internal void Run(Span<GrantCopy> operations)
    {
        ObjectDisposedException.ThrowIf(_segments is null, this);
        while (operations.Length > 0)
        {
            Span<GrantCopy> batch = operations[..Math.Min(operations.Length, Capacity)];
            RunBatch(batch);
            operations = operations[batch.Length..];
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(_segments);
        _segments = null;
    }

    private void RunBatch(Span<GrantCopy> batch)
    {
        int count = 0;
        foreach (ref GrantCopy operation in batch)
        {
            operation.Status = Validate(operation);
            if (operation.Status == GrantStatus.Okay)
            {
                _segments[count++] = Segment(operation);
            }
        }

        if (count == 0)
        {
            return;
        }

        int result = Request(_segments, count);
        int next = 0;
        foreach (ref GrantCopy operation in batch)
        {
            if (operation.Status == GrantStatus.Okay)
            {
                operation.Status = result == 0 ? (GrantStatus)_segments[next].Status : RunAlone(_segments + next);
                next++;
            }
        }
    }

    // A request that failed as a whole says nothing about its parts (one bad address fails all), so each is asked for alone.
    // Doing a part twice does no harm: it copies the same bytes to the same place.
    private GrantStatus RunAlone(GntdevAbi.CopySegment* segment)
    {
        int result = Request(segment, 1);
        return (XenErrno)(-result) switch
        {
            XenErrno.None => (GrantStatus)segment->Status,
            XenErrno.EFAULT => GrantStatus.BadVirtualAddress,
            XenErrno.EINVAL => GrantStatus.BadCopyArgument,
            _ => GrantStatus.GeneralError,
        };
    }

    private int Request(GntdevAbi.CopySegment* segments, int count)
    {
        var argument = new GntdevAbi.CopyArgument { Count = (uint)count, Segments = segments };
        return _gntdev.Ioctl(GntdevAbi.GrantCopy, &argument);
    }

    private static GrantStatus Validate(in GrantCopy operation) =>
        operation.Offset + operation.Length > GrantedPages.PageSize ? GrantStatus.BadCopyArgument : GrantStatus.Okay;

    private static GntdevAbi.CopySegment Segment(in GrantCopy operation)
    {
        var local = new GntdevAbi.CopySide { Virtual = operation.Local };
        var peer = new GntdevAbi.CopySide { Ref = operation.Ref.Value, Offset = operation.Offset, Domain = operation.Peer.Value };
        return new GntdevAbi.CopySegment
        {
            Source = operation.FromPeer ? peer : local,
            Destination = operation.FromPeer ? local : peer,
            Length = operation.Length,
            Flags = operation.FromPeer ? GntdevAbi.SourceIsGrant : GntdevAbi.DestinationIsGrant,
        };
    }
}
