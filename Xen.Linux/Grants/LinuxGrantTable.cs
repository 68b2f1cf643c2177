using System.Globalization;
using System.Runtime.InteropServices;
using Xen.Events;
using Xen.Grants;
using Xen.Platform;

namespace Xen.Linux;

/// <summary>
/// Grants over <c>/dev/xen/gntalloc</c> (pages of ours) and <c>/dev/xen/gntdev</c> (pages of peers). A revoked page is the kernel's: it frees it
/// when the peer unmaps it, so <see cref="Revoke"/> says <see cref="RevokeResult.Deferred"/>, and nothing is re-granted
/// (<see cref="PageGranting"/> is <see langword="null"/>).
/// </summary>
/// <remarks>Owns both devices. All members are used on the guest's scheduler, <see cref="Dispose"/> too.</remarks>
public sealed unsafe class LinuxGrantTable : IGrantTable, IDisposable
{
    /// <summary>The path of the device that grants.</summary>
    public const string GntallocPath = "/dev/xen/gntalloc";

    /// <summary>The path of the device that maps and copies.</summary>
    public const string GntdevPath = "/dev/xen/gntdev";

    /// <summary>Where the kernel says how many pages gntalloc grants for the whole system.</summary>
    public const string LimitPath = "/sys/module/xen_gntalloc/parameters/limit";

    private const uint OnlyEpoch = 1;

    // A request is one allocation of the kernel's; it refuses more than this many references at once.
    private const int MaximumPagesPerRequest = 1 << 16;

    private readonly IKernelDevice _gntalloc;
    private readonly IKernelDevice _gntdev;
    private readonly GrantCopyBatch _copies;
    private readonly List<LinuxGrantedPages> _granted = [];
    private readonly List<LinuxMappedGrants> _mapped = [];
    private readonly int _limit;
    private int _grantedPageCount;
    private bool _isDisposed;

    /// <summary>Opens the devices.</summary>
    /// <exception cref="XenException">A device is missing or refused; the message says what to do.</exception>
    public static LinuxGrantTable Open()
    {
        KernelDevice gntalloc = KernelDevice.Open(GntallocPath, "load its module: modprobe xen-gntalloc");
        try
        {
            return new LinuxGrantTable(gntalloc, KernelDevice.Open(GntdevPath, "load its module: modprobe xen-gntdev"), ReadLimit(LimitPath));
        }
        catch
        {
            gntalloc.Dispose();
            throw;
        }
    }

    internal LinuxGrantTable(IKernelDevice gntalloc, IKernelDevice gntdev, int limit)
    {
        _gntalloc = gntalloc;
        _gntdev = gntdev;
        _limit = limit;
        _copies = new GrantCopyBatch(gntdev);
    }

    /// <inheritdoc />
    public uint Epoch => OnlyEpoch;

    /// <inheritdoc />
    /// <remarks>The limit is the whole system's, what is in use is this table's: another process can use up the rest.</remarks>
    public GrantCapacity Capacity => new(_limit, _grantedPageCount, 0);

    /// <inheritdoc />
    public IPageGranting? PageGranting => null;

    /// <inheritdoc />
    public GrantedPages Allocate(DomainId peer, int pageCount, GrantAccess access)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(pageCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pageCount, MaximumPagesPerRequest);
        ulong index = AllocateRefs(peer, access, pageCount, out GrantRef[] refs);
        int result = _gntalloc.Map(pageCount * GrantedPages.PageSize, writable: true, index, out byte* address);
        if (result < 0)
        {
            Deallocate(index, pageCount);
            throw LinuxErrors.Failed($"mmap {_gntalloc.Path} ({pageCount} pages for {peer})", -result);
        }

        var pages = new LinuxGrantedPages(this, peer, access, address, refs, index);
        _granted.Add(pages);
        _grantedPageCount += pageCount;
        return pages;
    }

    /// <inheritdoc />
    public RevokeResult Revoke(GrantedPages pages)
    {
        LinuxGrantedPages ours = Ours(pages);
        if (ours.ReleasedBy is not null)
        {
            return RevokeResult.Deferred;
        }

        byte* address = ours.Address;
        ours.Release($"{nameof(LinuxGrantTable)}.{nameof(Revoke)}");
        _granted.Remove(ours);
        _grantedPageCount -= ours.PageCount;
        ProcessMemory.Unmap(address, ours.Length);
        Deallocate(ours.Index, ours.PageCount);
        return RevokeResult.Deferred;
    }

    /// <inheritdoc />
    public MappedGrants Map(DomainId peer, ReadOnlySpan<GrantRef> refs, GrantAccess access)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(refs.Length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(refs.Length, MaximumPagesPerRequest);
        ulong index = InsertRefs(peer, refs);
        int result = _gntdev.Map(refs.Length * GrantedPages.PageSize, access == GrantAccess.ReadWrite, index, out byte* address);
        if (result < 0)
        {
            RemoveRefs(index, refs.Length);
            throw LinuxErrors.Failed(
                $"mmap {_gntdev.Path} ({peer}, {Describe(refs)}, {access})",
                -result,
                "expected references that the domain granted to this one with this access; Linux does not pass on Xen's status");
        }

        var mapping = new LinuxMappedGrants(this, peer, address, refs.ToArray(), index);
        _mapped.Add(mapping);
        return mapping;
    }

    /// <inheritdoc />
    public void Copy(Span<GrantCopy> operations) => _copies.Run(operations);

    /// <inheritdoc />
    public LocalPages AllocateLocal(int pageCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pageCount, int.MaxValue / GrantedPages.PageSize);
        return LinuxLocalPages.Allocate(pageCount);
    }

    /// <summary>
    /// Asks the kernel to clear a byte and to send an event when these pages go away, also when this process dies. One notification
    /// a page; a second one replaces the first.
    /// </summary>
    /// <param name="pages">Pages of this table.</param>
    /// <param name="offset">The byte, counted from the first page.</param>
    /// <param name="port">The port to send on; it must be open then.</param>
    /// <exception cref="XenException">The kernel refused.</exception>
    public void NotifyOnUnmap(GrantedPages pages, int offset, EventPort port)
    {
        LinuxGrantedPages ours = Ours(pages);
        _ = ours.Address;
        SetUnmapNotify(_gntalloc, GntallocAbi.SetUnmapNotify, ours.Index, ours.Length, offset, port);
    }

    /// <summary>
    /// Asks the kernel to clear a byte and to send an event when this mapping goes away, also when this process dies. One
    /// notification for a mapping; a second one replaces the first.
    /// </summary>
    /// <param name="mapping">A mapping of this table.</param>
    /// <param name="offset">The byte, counted from the first page.</param>
    /// <param name="port">The port to send on; it must be open then.</param>
    /// <exception cref="XenException">The kernel refused.</exception>
    public void NotifyOnUnmap(MappedGrants mapping, int offset, EventPort port)
    {
        if (mapping is not LinuxMappedGrants ours || ours.Table != this)
        {
            throw new ArgumentException("The mapping is not of this table.", nameof(mapping));
        }

        _ = ours.Address;
        SetUnmapNotify(_gntdev, GntdevAbi.SetUnmapNotify, ours.Index, ours.Length, offset, port);
    }

    /// <summary>Unmaps and revokes what is left and closes the devices. Idempotent.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        while (_mapped.Count > 0)
        {
            _mapped[^1].Dispose();
        }

        while (_granted.Count > 0)
        {
            Revoke(_granted[^1]);
        }

        _copies.Dispose();
        _gntdev.Dispose();
        _gntalloc.Dispose();
    }

    internal void Unmap(LinuxMappedGrants mapping, byte* address)
    {
        _mapped.Remove(mapping);

        // In this order: gntdev refuses to remove references that are still mapped (xen-protocols 1.14).
        ProcessMemory.Unmap(address, mapping.Length);
        RemoveRefs(mapping.Index, mapping.PageCount);
    }

    internal static int ReadLimit(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new XenException(XenErrno.ENOENT, $"read {path}", "expected gntalloc's limit; is the module xen-gntalloc loaded?", e);
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit)
            ? limit
            : throw new XenException(XenErrno.EINVAL, $"read {path}", $"expected a number of pages, found '{text}'");
    }

    private ulong AllocateRefs(DomainId peer, GrantAccess access, int pageCount, out GrantRef[] refs)
    {
        var argument = new GntallocAbi.AllocateArgument
        {
            Domain = peer.Value,
            Flags = access == GrantAccess.ReadWrite ? GntallocAbi.Writable : (ushort)0,
            Count = (uint)pageCount,
        };
        byte[] buffer = new byte[sizeof(GntallocAbi.AllocateArgument) + (pageCount * sizeof(uint))];
        MemoryMarshal.Write(buffer, argument);
        fixed (byte* start = buffer)
        {
            int result = _gntalloc.Ioctl(GntallocAbi.Allocate, start);
            if (result < 0)
            {
                throw CannotAllocate(peer, pageCount, -result);
            }
        }

        refs = MemoryMarshal.Cast<byte, GrantRef>(buffer.AsSpan(sizeof(GntallocAbi.AllocateArgument))).ToArray();
        return MemoryMarshal.Read<GntallocAbi.AllocateArgument>(buffer).Index;
    }

    private XenException CannotAllocate(DomainId peer, int pageCount, int errorNumber)
    {
        string operation = $"IOCTL_GNTALLOC_ALLOC_GREF({pageCount} pages for {peer})";
        return (XenErrno)errorNumber == XenErrno.ENOSPC
            ? LinuxErrors.Failed(
                operation,
                errorNumber,
                $"the whole system grants at most {_limit} pages this way and this program has {_grantedPageCount}: raise {LimitPath}")
            : LinuxErrors.Failed(operation, errorNumber);
    }

    private void Deallocate(ulong index, int pageCount)
    {
        var argument = new GntallocAbi.DeallocateArgument { Index = index, Count = (uint)pageCount };
        int result = _gntalloc.Ioctl(GntallocAbi.Deallocate, &argument);
        if (result < 0)
        {
            throw LinuxErrors.Failed($"IOCTL_GNTALLOC_DEALLOC_GREF(index 0x{index:x}, {pageCount} pages)", -result);
        }
    }

    private ulong InsertRefs(DomainId peer, ReadOnlySpan<GrantRef> refs)
    {
        byte[] buffer = new byte[sizeof(GntdevAbi.MapArgument) + (refs.Length * sizeof(GntdevAbi.GrantReference))];
        MemoryMarshal.Write(buffer, new GntdevAbi.MapArgument { Count = (uint)refs.Length });
        Span<GntdevAbi.GrantReference> entries =
            MemoryMarshal.Cast<byte, GntdevAbi.GrantReference>(buffer.AsSpan(sizeof(GntdevAbi.MapArgument)));
        for (int i = 0; i < refs.Length; i++)
        {
            entries[i] = new GntdevAbi.GrantReference { Domain = peer.Value, Ref = refs[i].Value };
        }

        fixed (byte* start = buffer)
        {
            int result = _gntdev.Ioctl(GntdevAbi.MapGrantRef, start);
            if (result < 0)
            {
                throw LinuxErrors.Failed($"IOCTL_GNTDEV_MAP_GRANT_REF({peer}, {Describe(refs)})", -result);
            }
        }

        return MemoryMarshal.Read<GntdevAbi.MapArgument>(buffer).Index;
    }

    private void RemoveRefs(ulong index, int pageCount)
    {
        var argument = new GntdevAbi.UnmapArgument { Index = index, Count = (uint)pageCount };
        int result = _gntdev.Ioctl(GntdevAbi.UnmapGrantRef, &argument);
        if (result < 0)
        {
            throw LinuxErrors.Failed($"IOCTL_GNTDEV_UNMAP_GRANT_REF(index 0x{index:x}, {pageCount} pages)", -result);
        }
    }

    private static void SetUnmapNotify(IKernelDevice device, uint request, ulong index, int length, int offset, EventPort port)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(offset, length);
        var argument = new GntallocAbi.UnmapNotifyArgument
        {
            Index = index + (uint)offset,
            Action = GntallocAbi.UnmapNotifyArgument.ClearByte | GntallocAbi.UnmapNotifyArgument.SendEvent,
            EventChannelPort = port.Value,
        };
        int result = device.Ioctl(request, &argument);
        if (result < 0)
        {
            throw LinuxErrors.Failed(
                $"SET_UNMAP_NOTIFY on {device.Path} (byte {offset}, {port})",
                -result,
                "expected a port of this process and, for the byte, a writable page");
        }
    }

    private LinuxGrantedPages Ours(GrantedPages pages) =>
        pages is LinuxGrantedPages ours && ours.Table == this
            ? ours
            : throw new ArgumentException("The pages are not of this table.", nameof(pages));

    private static string Describe(ReadOnlySpan<GrantRef> refs) =>
        refs.Length == 1 ? refs[0].ToString() : $"{refs[0]} and {refs.Length - 1} more";
}
