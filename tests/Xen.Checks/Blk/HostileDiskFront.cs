using System.Globalization;
using Xen.Events;
using Xen.Grants;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Blk;

/// <summary>A block front end that walks the handshake and then asks for anything, with pages that are granted, are not, or change meanwhile.</summary>
internal sealed class HostileDiskFront(BlkBench bench, IChoice choice) : IDisposable
{
    private GrantedPages? _ring;
    private GrantedPages? _pages;
    private GrantedPages? _readOnly;
    private EventPort _port;
    private FrontRing<BlkifRequestSlot, BlkifResponse, DirectMemory>? _front;

    /// <summary>How many answers came.</summary>
    public int Answers { get; private set; }

    private string State => bench.Paths.Frontend + "/state";

    /// <summary>Connects as a front end does, with one key that is as given.</summary>
    /// <returns>False when the back end closes instead.</returns>
    public async Task<bool> TryConnectAsync(string oddKey = "", string? oddValue = null)
    {
        await bench.Guest.Store.WriteAsync(State, "1");
        await bench.Guest.Store.WaitForAsync(bench.Paths.Backend + "/state", value => value == "2");
        Allocate();
        var keys = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [BlkifKeys.RingRef] = Text(_ring!.Refs[0].Value),
            [BlkifKeys.EventChannel] = Text(_port.Value),
            [BlkifKeys.Protocol] = Blkif.ProtocolX8664,
        };
        keys[oddKey] = oddValue;
        foreach ((string key, string? value) in keys)
        {
            if (key.Length > 0 && value is not null)
            {
                await bench.Guest.Store.WriteAsync(bench.Paths.Frontend + "/" + key, value);
            }
        }

        await bench.Guest.Store.WriteAsync(State, "3");
        return await bench.Guest.Store.WaitForAsync(bench.Paths.Backend + "/state", value => value is "4" or "5" or "6") == "4";
    }

    /// <summary>Does one thing that no front end should, or one that it should.</summary>
    public void Misbehave()
    {
        switch (choice.Next(6))
        {
            case 0:
                _ring!.Bytes[choice.Next(choice.Next(2) == 0 ? 16 : _ring.Length)] = (byte)choice.Next(256);
                break;
            case 1:
                _pages!.Bytes.Fill((byte)choice.Next(256));
                break;
            default:
                Ask();
                break;
        }

        while (_front!.TryRead(out _))
        {
            Answers++;
        }

        bench.Guest.Events.Notify(_port);
    }

    /// <summary>Asks for data of which one page cannot be reached: it is not granted, or not for writing.</summary>
    public void AskForUnreachable()
    {
        bool isRead = choice.Next(2) == 0;
        uint wrong = isRead && choice.Next(2) == 0 ? _readOnly!.Refs[0].Value : uint.MaxValue - (uint)choice.Next(4);
        var slot = new BlkifRequestSlot { Direct = new BlkifRequest { Operation = (byte)(isRead ? 0 : 1), NrSegments = 3 } };
        int place = choice.Next(3);
        for (int i = 0; i < 3; i++)
        {
            slot.Direct.Seg[i] = new BlkifRequestSegment { Gref = i == place ? wrong : _pages!.Refs[i].Value, LastSect = 7 };
        }

        _front!.TryWrite(in slot);
        _front.Push();
        bench.Guest.Events.Notify(_port);
    }

    /// <summary>The status of the next answer.</summary>
    public BlkifStatus TakeStatus()
    {
        Expect.That(_front!.TryRead(out BlkifResponse response), "There is no answer.");
        return (BlkifStatus)response.Status;
    }

    /// <summary>Closes and takes everything back that the back end has let go of.</summary>
    public async Task CloseAsync()
    {
        await bench.Guest.Store.WriteAsync(State, "5");
        await bench.Guest.Store.WaitForAsync(bench.Paths.Backend + "/state", value => value is "5" or "6" or "2" or "1");
        await bench.Guest.Store.WriteAsync(State, "6");
        await bench.Guest.Store.WaitForAsync(bench.Paths.Backend + "/state", value => value is "6" or "2" or "1");
        foreach (string key in (string[])[BlkifKeys.RingPageOrder, BlkifKeys.MultiQueueNumQueues, BlkifKeys.Protocol, BlkifKeys.RingRef, BlkifKeys.EventChannel])
        {
            await bench.Guest.Store.TryRemoveAsync(bench.Paths.Frontend + "/" + key);
        }

        Expect.That(Release(), "The back end has closed and still holds a page.");
    }

    /// <summary>Takes everything back, whatever the back end still holds: for a check that has failed already.</summary>
    public void Dispose() => Release();

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);

    private bool Release()
    {
        if (_ring is null)
        {
            return true;
        }

        bench.Guest.Events.Close(_port);
        bool isReleased = true;
        foreach (GrantedPages pages in (GrantedPages[])[_ring, _pages!, _readOnly!])
        {
            isReleased &= bench.Guest.Grants.Revoke(pages) == RevokeResult.Revoked;
        }

        _ring = null;
        return isReleased;
    }

    private unsafe void Allocate()
    {
        _ring = bench.Guest.Grants.Allocate(bench.Dom0.Id, 1, GrantAccess.ReadWrite);
        _pages = bench.Guest.Grants.Allocate(bench.Dom0.Id, 4, GrantAccess.ReadWrite);
        _readOnly = bench.Guest.Grants.Allocate(bench.Dom0.Id, 1, GrantAccess.ReadOnly);
        _port = bench.Guest.Events.AllocateUnbound(bench.Dom0.Id);
        RingPage.Initialize<DirectMemory>(_ring.Address);
        _front = new(_ring.Address, _ring.Length);
    }

    private void Ask()
    {
        var disk = new BlkifDisk(128, 512, false, true, 256);
        BlkifRequestSlot slot = new ExpectedRequest(choice, disk).Slot;
        if (slot.Operation == (byte)BlkifOperation.Indirect)
        {
            slot.Indirect.IndirectGrefs[0] = AnyRef();
            slot.Indirect.NrSegments = (ushort)choice.Next(260);
            FillSegments();
        }
        else if (slot.Operation < 4)
        {
            foreach (ref BlkifRequestSegment segment in slot.Direct.Seg)
            {
                segment.Gref = AnyRef();
            }
        }

        _front!.TryWrite(in slot);
        _front.Push();
    }

    private uint AnyRef() => choice.Next(6) switch
    {
        0 => (uint)choice.Next(64),
        1 => uint.MaxValue - (uint)choice.Next(4),
        2 => _readOnly!.Refs[0].Value,
        _ => _pages!.Refs[choice.Next(4)].Value,
    };

    // The last of the pages holds segments, until it is written over.
    private void FillSegments()
    {
        foreach (ref BlkifRequestSegment segment in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, BlkifRequestSegment>(_pages!.Page(3)))
        {
            segment = new BlkifRequestSegment { Gref = AnyRef(), LastSect = (byte)choice.Next(9) };
        }
    }
}
