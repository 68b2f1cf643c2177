using System.Globalization;
using Xen.Platform;

namespace Xen.Grants;

/// <summary>
/// The guest's pages for grants: charged to the page budget, zeroed when taken (R16), poisoned when given back. A page whose poison has changed
/// when it is taken again was written to by somebody who had no right to it any more.
/// </summary>
internal sealed unsafe class PagePool(IHypervisor hypervisor, PageBudget budget)
{
    private const byte Poison = 0xDB;
    private const int MaxKeptPages = 4096;

    // Given-back runs by their length, so that a device that opens again gets the same pages and their poison is looked at.
    private readonly SortedDictionary<int, Stack<Run>> _kept = [];
    private int _keptPages;

    /// <summary>Takes zeroed, contiguous pages.</summary>
    public byte* Take(int pageCount, string purpose)
    {
        if (!budget.TryReserve(pageCount))
        {
            throw new XenException(
                XenErrno.ENOMEM,
                string.Create(CultureInfo.InvariantCulture, $"allocate {pageCount} pages for {purpose}"),
                $"the guest's page budget is used up: {budget}");
        }

        byte* address = TakeKept(pageCount);
        if (address is null)
        {
            address = hypervisor.AllocateFrames(pageCount);
        }

        if (address is null)
        {
            ReleaseKept();
            address = hypervisor.AllocateFrames(pageCount);
        }

        if (address is null)
        {
            budget.Release(pageCount);
            throw new XenException(
                XenErrno.ENOMEM,
                string.Create(CultureInfo.InvariantCulture, $"allocate {pageCount} pages for {purpose}"),
                "the guest's memory has no such run of free pages");
        }

        new Span<byte>(address, pageCount * PageSize.Bytes).Clear();
        return address;
    }

    /// <summary>Takes pages back that nobody else can reach any more.</summary>
    public void Give(byte* address, int pageCount, string releasedBy)
    {
        budget.Release(pageCount);
        if (_keptPages + pageCount > MaxKeptPages)
        {
            hypervisor.FreeFrames(address, pageCount);
            return;
        }

        new Span<byte>(address, pageCount * PageSize.Bytes).Fill(Poison);
        if (!_kept.TryGetValue(pageCount, out Stack<Run>? runs))
        {
            runs = new Stack<Run>();
            _kept.Add(pageCount, runs);
        }

        runs.Push(new Run((nint)address, releasedBy));
        _keptPages += pageCount;
    }

    private byte* TakeKept(int pageCount)
    {
        if (!_kept.TryGetValue(pageCount, out Stack<Run>? runs) || !runs.TryPop(out Run run))
        {
            return null;
        }

        _keptPages -= pageCount;
        CheckPoison(run, pageCount);
        return (byte*)run.Address;
    }

    private void CheckPoison(Run run, int pageCount)
    {
        int changed = new Span<byte>((byte*)run.Address, pageCount * PageSize.Bytes).IndexOfAnyExcept(Poison);
        if (changed < 0)
        {
            return;
        }

        budget.Release(pageCount);
        hypervisor.TryFrameOf((byte*)run.Address + changed, out ulong frame);
        throw new InvalidOperationException(string.Create(
            CultureInfo.InvariantCulture,
            $"Frame 0x{frame:x} was written to, at byte {changed % PageSize.Bytes}, after {run.ReleasedBy}. The page is not used again."));
    }

    private void ReleaseKept()
    {
        foreach ((int pageCount, Stack<Run> runs) in _kept)
        {
            while (runs.TryPop(out Run run))
            {
                hypervisor.FreeFrames((byte*)run.Address, pageCount);
            }
        }

        _keptPages = 0;
    }

    private readonly record struct Run(nint Address, string ReleasedBy);
}
