using System.Globalization;
using Xen.Events;
using Xen.Grants;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Blk;

/// <summary>
/// A block back end that walks the handshake and then writes any byte of the ring, answers with well-formed nonsense and sends events at any
/// time. What it can reach is what its front end granted: it also looks whether those pages hold what they should not (R16).
/// </summary>
internal sealed class HostileDisk(BlkBench bench, IChoice choice)
{
    public const ulong Sectors = 4096;

    private readonly List<BlkifRequestSlot> _taken = [];
    private MappedGrants? _pages;
    private EventPort _port;
    private BackRing<BlkifRequestSlot, BlkifResponse, DirectMemory>? _ring;

    /// <summary>What it says about itself; a value may be anything.</summary>
    public Dictionary<string, string> Keys { get; } = new(StringComparer.Ordinal)
    {
        [BlkifKeys.Sectors] = "4096",
        [BlkifKeys.SectorSize] = "512",
        [BlkifKeys.PhysicalSectorSize] = "4096",
        [BlkifKeys.Info] = "0",
        [BlkifKeys.FeatureFlushCache] = "1",
        [BlkifKeys.FeatureDiscard] = "1",
        [BlkifKeys.FeatureMaxIndirectSegments] = "256",
        [BlkifKeys.MaxRingPageOrder] = "4",
    };

    /// <summary>Mappings that it keeps although it has answered them.</summary>
    public List<MappedGrants> Kept { get; } = [];

    /// <summary>Requests that were taken and not answered.</summary>
    public IReadOnlyList<BlkifRequestSlot> Taken => _taken;

    private string State => bench.Paths.Backend + "/state";

    /// <summary>Offers and connects.</summary>
    public async Task<bool> ConnectAsync()
    {
        foreach ((string key, string value) in Keys)
        {
            await bench.Dom0.Store.WriteAsync(bench.Paths.Backend + "/" + key, value);
        }

        await bench.Dom0.Store.WriteAsync(State, "2");
        await bench.Dom0.Store.WaitForAsync(bench.Paths.Frontend + "/state", value => value == "3");
        _pages = bench.Dom0.Grants.Map(bench.Guest.Id, await ReadRefsAsync(), GrantAccess.ReadWrite);
        _port = bench.Dom0.Events.BindInterdomain(bench.Guest.Id, await ReadAsync(BlkifKeys.EventChannel));
        Attach();
        await bench.Dom0.Store.WriteAsync(State, "4");
        return true;
    }

    /// <summary>Changes a key while connected, and says so as a back end does: with its state once more.</summary>
    public async Task<bool> ChangeAsync(string key, string value)
    {
        await bench.Dom0.Store.WriteAsync(bench.Paths.Backend + "/" + key, value);
        await bench.Dom0.Store.WriteAsync(State, "4");
        return true;
    }

    /// <summary>Does one thing that no back end should, or one that it should.</summary>
    public void Misbehave()
    {
        Take();
        switch (choice.Next(8))
        {
            case 0:
                _pages!.Bytes[choice.Next(_pages.Length)] = (byte)choice.Next(256);
                break;
            case 1:
                Answer(new BlkifResponse { Id = (ulong)choice.Next(40), Operation = (byte)choice.Next(7), Status = (short)(choice.Next(5) - 3) });
                break;
            case 2:
                KeepPage();
                break;
            case 3:
            case 4:
            case 5:
                AnswerAll(_ => (BlkifStatus)(choice.Next(5) - 3));
                break;
            default:
                break;
        }

        bench.Dom0.Events.Notify(_port);
    }

    /// <summary>Answers everything, each with its own id and operation.</summary>
    public void AnswerAll(Func<BlkifRequestSlot, BlkifStatus> statusOf)
    {
        Take();
        while (_taken.Count > 0)
        {
            int next = choice.Next(_taken.Count);
            BlkifRequestSlot slot = _taken[next];
            _taken.RemoveAt(next);
            byte operation = slot.Operation == (byte)BlkifOperation.Indirect ? slot.Indirect.IndirectOp : slot.Operation;
            Answer(new BlkifResponse { Id = slot.Direct.Id, Operation = operation, Status = (short)statusOf(slot) });
        }

        bench.Dom0.Events.Notify(_port);
    }

    /// <summary>Takes what was asked.</summary>
    public void Take()
    {
        while (_ring!.TryRead(out BlkifRequestSlot slot))
        {
            _taken.Add(slot);
        }

        _ring.FinalCheck();
    }

    /// <summary>Maps each page of a request and hands it on with its segment.</summary>
    public void ForEachPage(BlkifRequestSlot slot, Action<MappedGrants, BlkifRequestSegment> look)
    {
        bool isWrite = slot.Operation == (byte)BlkifOperation.Write || (slot.Operation == (byte)BlkifOperation.Indirect && slot.Indirect.IndirectOp == (byte)BlkifOperation.Write);
        foreach (BlkifRequestSegment segment in SegmentsOf(slot))
        {
            using MappedGrants page = bench.Dom0.Grants.Map(bench.Guest.Id, [new GrantRef(segment.Gref)], isWrite ? GrantAccess.ReadOnly : GrantAccess.ReadWrite);
            look(page, segment);
        }
    }

    /// <summary>R7: maps a page of the first read or write, answers that, and keeps the mapping.</summary>
    public void KeepPageOfFirst()
    {
        int index = _taken.FindIndex(slot => slot.Operation < 2);

        BlkifRequestSlot slot = _taken[index];
        _taken.RemoveAt(index);
        GrantAccess access = slot.Operation == 0 ? GrantAccess.ReadWrite : GrantAccess.ReadOnly;
        Kept.Add(bench.Dom0.Grants.Map(bench.Guest.Id, [new GrantRef(slot.Direct.Seg[0].Gref)], access));
        Answer(new BlkifResponse { Id = slot.Direct.Id, Operation = slot.Operation });
        bench.Dom0.Events.Notify(_port);
    }

    /// <summary>Lets go of the ring and closes; of kept pages only when asked.</summary>
    public async Task<bool> CloseAsync()
    {
        if (_pages is not null)
        {
            _pages.Dispose();
            bench.Dom0.Events.Close(_port);
        }

        _pages = null;
        _taken.Clear();
        await bench.Dom0.Store.WriteAsync(State, "6");
        return true;
    }

    public void LetGo()
    {
        Kept.ForEach(page => page.Dispose());
        Kept.Clear();
    }

    private unsafe void Attach() => _ring = new(_pages!.Address, _pages.Length);

    private async Task<GrantRef[]> ReadRefsAsync()
    {
        string? order = await bench.Dom0.Store.TryReadTextAsync(bench.Paths.Frontend + "/" + BlkifKeys.RingPageOrder);
        if (order is null or "0")
        {
            return [new(await ReadAsync(BlkifKeys.RingRef))];
        }

        var refs = new GrantRef[1 << int.Parse(order, CultureInfo.InvariantCulture)];
        for (int page = 0; page < refs.Length; page++)
        {
            refs[page] = new(await ReadAsync(BlkifKeys.RingRefOf(page)));
        }

        return refs;
    }

    private async Task<uint> ReadAsync(string key) =>
        uint.Parse(await bench.Dom0.Store.ReadTextAsync(bench.Paths.Frontend + "/" + key), CultureInfo.InvariantCulture);

    private void Answer(BlkifResponse response)
    {
        _ring!.TryWrite(in response);
        _ring.Push();
    }

    private BlkifRequestSegment[] SegmentsOf(BlkifRequestSlot slot)
    {
        switch ((BlkifOperation)slot.Operation)
        {
            case BlkifOperation.Read or BlkifOperation.Write:
                return slot.Direct.Seg[..slot.Direct.NrSegments].ToArray();
            case BlkifOperation.Indirect:
                using (MappedGrants page = bench.Dom0.Grants.Map(bench.Guest.Id, [new GrantRef(slot.Indirect.IndirectGrefs[0])], GrantAccess.ReadOnly))
                {
                    return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, BlkifRequestSegment>(page.Bytes)[..slot.Indirect.NrSegments].ToArray();
                }

            default:
                return [];
        }
    }

    private void KeepPage()
    {
        if (_taken.Exists(slot => slot.Operation < 2) && choice.Next(4) == 0)
        {
            KeepPageOfFirst();
        }
    }
}
