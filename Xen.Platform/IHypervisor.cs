using Xen.Platform.Abi;

namespace Xen.Platform;

/// <summary>
/// What lies below a guest: hypercalls, guest memory by frame, and the frames that Xen shares with the guest. Implemented by a
/// simulated domain and by the bare-metal host; event channels and grant tables are written over it once.
/// </summary>
/// <remarks>All members are called on the guest's scheduler.</remarks>
public unsafe interface IHypervisor
{
    /// <summary>The virtual processor that the caller runs on.</summary>
    int VcpuId { get; }

    /// <summary>Issues a hypercall (xen-protocols 1.2). Pointers are addresses of guest memory that stays in place during the call.</summary>
    /// <param name="number">Which.</param>
    /// <param name="argument1">First argument: most often the sub-operation.</param>
    /// <param name="argument2">Second argument: most often a pointer to the argument structure.</param>
    /// <param name="argument3">Third argument.</param>
    /// <param name="argument4">Fourth argument.</param>
    /// <param name="argument5">Fifth argument.</param>
    /// <returns>Not negative: the call's result. Negative: minus a <see cref="XenErrno"/>.</returns>
    long Hypercall(HypercallNumber number, ulong argument1, ulong argument2, ulong argument3, ulong argument4, ulong argument5);

    /// <summary>Takes page-aligned, contiguous guest memory. Its content is undefined.</summary>
    /// <param name="count">How many pages, at least 1.</param>
    /// <returns>The first byte, or null when the guest has no such run of free pages.</returns>
    byte* AllocateFrames(int count);

    /// <summary>Gives memory back that <see cref="AllocateFrames"/> returned.</summary>
    /// <param name="address">Its first byte.</param>
    /// <param name="count">How many pages: all that were taken with it.</param>
    void FreeFrames(byte* address, int count);

    /// <summary>The frame number of a page of <see cref="AllocateFrames"/>, as grants and hypercalls name it.</summary>
    /// <param name="address">Any address in the page.</param>
    /// <param name="frame">Its frame number.</param>
    /// <returns>False for an address that is not in such a page.</returns>
    bool TryFrameOf(byte* address, out ulong frame);

    /// <summary>Takes contiguous frame numbers with nothing behind them, where pages of other domains can be mapped.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="firstFrame">The first one.</param>
    /// <returns>False when no such run is free.</returns>
    bool TryReserveForeignFrames(int count, out ulong firstFrame);

    /// <summary>Where the guest sees foreign frames, after Xen has mapped pages there.</summary>
    /// <param name="firstFrame">The first frame, inside one reservation.</param>
    /// <param name="count">How many, all of them mapped.</param>
    /// <returns>The first byte; null when this host cannot show these pages side by side.</returns>
    byte* ForeignAddress(ulong firstFrame, int count);

    /// <summary>Gives foreign frames back, after Xen has unmapped them.</summary>
    /// <param name="firstFrame">The first one of the reservation.</param>
    /// <param name="count">How many: all of the reservation.</param>
    void ReleaseForeignFrames(ulong firstFrame, int count);

    /// <summary>Places the shared info page (<c>XENMAPSPACE_shared_info</c>) into the guest; again after a resume, at the same address.</summary>
    /// <exception cref="XenException">Xen refused.</exception>
    SharedInfo* PlaceSharedInfo();

    /// <summary>Places a frame of the grant table (<c>XENMAPSPACE_grant_table</c>). The first time makes the table that large; again after a resume.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <returns>Where it is; null when Xen refused: the table cannot grow that far.</returns>
    byte* PlaceGrantFrame(uint index);

    /// <summary>Places a status frame of a version 2 grant table.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <returns>Where it is; null when Xen refused.</returns>
    byte* PlaceGrantStatusFrame(uint index);

    /// <summary>
    /// Says what to queue when Xen makes an upcall. The upcall itself does no more than flag the scheduler; the handler runs later, as a
    /// piece of work of its own, and one handler run may stand for many upcalls.
    /// </summary>
    /// <param name="handler">Looks for pending events. Replaces the one before.</param>
    void SetUpcall(Action handler);

    /// <summary>Sleeps until an upcall is pending or the deadline has come. For a host's own pump; nothing on the guest's scheduler calls it.</summary>
    /// <param name="deadlineNanoseconds">System time of the domain, in nanoseconds; <see cref="ulong.MaxValue"/> for none.</param>
    void Block(ulong deadlineNanoseconds);

    /// <summary>Fills a buffer with random bytes.</summary>
    /// <param name="bytes">Where to.</param>
    void GetEntropy(Span<byte> bytes);
}
