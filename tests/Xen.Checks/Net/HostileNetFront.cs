using System.Globalization;
using Xen.Grants;
using Xen.Platform;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Net;

/// <summary>A network front end that walks the handshake and then sends and offers anything, with pages that are granted, are not, or change meanwhile.</summary>
/// <param name="bench">Where.</param>
/// <param name="choice">What it does.</param>
/// <param name="queues">Its queues; no more than the back end offers.</param>
internal sealed class HostileNetFront(NetBench bench, IChoice choice, int queues = 1)
{
    private const int DataPages = 8;
    private const uint RingSlots = 256;

    private readonly List<HostileNetFrontQueue> _queues = [];
    private GrantedPages? _data;

    // The one of the moment.
    private HostileNetFrontQueue? _queue;
    private uint _sent;

    private string State => bench.Paths.Frontend + "/state";

    /// <summary>A key of a queue.</summary>
    public string KeyOf(int queue, string key) => queues == 1 ? key : NetifKeys.Queue(queue) + "/" + key;

    /// <summary>Connects as a front end does, with one key that is as given.</summary>
    /// <returns>False when the back end closes instead.</returns>
    public async Task<bool> TryConnectAsync(string oddKey = "", string? oddValue = null)
    {
        await bench.Guest.Store.WriteAsync(State, "1");
        await bench.Guest.Store.WaitForAsync(bench.Paths.Backend + "/state", value => value == "2");
        Allocate();
        var keys = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [NetifKeys.RequestRxCopy] = "1",
            [NetifKeys.FeatureRxNotify] = "1",
            [NetifKeys.FeatureSg] = "1",
        };
        if (queues > 1)
        {
            keys[NetifKeys.MultiQueueNumQueues] = Text((uint)queues);
        }

        for (int i = 0; i < queues; i++)
        {
            keys[KeyOf(i, NetifKeys.TxRingRef)] = Text(_queues[i].Rings.Refs[0].Value);
            keys[KeyOf(i, NetifKeys.RxRingRef)] = Text(_queues[i].Rings.Refs[1].Value);
            keys[KeyOf(i, NetifKeys.EventChannel)] = Text(_queues[i].Port.Value);
        }

        keys[oddKey] = oddValue;
        foreach ((string key, string? value) in keys)
        {
            if (key.Length > 0 && value is not null)
            {
                await bench.Guest.Store.WriteAsync(bench.Paths.Frontend + "/" + key, value);
            }
        }

        await bench.Guest.Store.WriteAsync(State, "4");
        return await bench.Guest.Store.WaitForAsync(bench.Paths.Backend + "/state", value => value is "4" or "5" or "6") == "4";
    }

    /// <summary>Does one thing that no front end should, or one that it should.</summary>
    public void Misbehave()
    {
        _queue = _queues[queues == 1 ? 0 : choice.Next(queues)];
        switch (choice.Next(7))
        {
            case 0:
                _queue.Rings.Bytes[(choice.Next(2) * 4096) + choice.Next(choice.Next(2) == 0 ? 16 : 4096)] = (byte)choice.Next(256);
                break;
            case 1:
                _data!.Bytes.Fill((byte)choice.Next(256));
                break;
            case 2 or 3:
                Send();
                break;
            default:
                Offer();
                break;
        }

        while (_queue!.Tx.TryRead(out _) || _queue!.Rx.TryRead(out _))
        {
        }

        bench.Guest.Events.Notify(_queue!.Port);
    }

    /// <summary>Sends packets of pages that are none, from wherever it is called, and without a look whether there is room: no event.</summary>
    /// <returns>How many.</returns>
    public unsafe int SendAtOnce(int count)
    {
        for (int i = 0; i < count; i++)
        {
            var request = new NetifTxRequest { Gref = uint.MaxValue, Id = (ushort)_sent, Size = 60 };
            DirectMemory.Write(_queue!.Rings.Address + RingPage.HeaderSize + (_sent++ % RingSlots * sizeof(NetifTxRequest)), in request);
        }

        DirectMemory.StoreUInt32((uint*)_queue!.Rings.Address, _sent);
        return count;
    }

    /// <summary>Sends an event.</summary>
    public void Notify() => bench.Guest.Events.Notify(_queue!.Port);

    /// <summary>Closes and takes everything back that the back end has let go of.</summary>
    public async Task CloseAsync()
    {
        await bench.Guest.Store.WriteAsync(State, "5");
        await bench.Guest.Store.WaitForAsync(bench.Paths.Backend + "/state", value => value is "5" or "6" or "2" or "1");
        await bench.Guest.Store.WriteAsync(State, "6");
        await bench.Guest.Store.WaitForAsync(bench.Paths.Backend + "/state", value => value is "6" or "2" or "1");
        bool isReleased = bench.Guest.Grants.Revoke(_data!) == RevokeResult.Revoked;
        foreach (HostileNetFrontQueue queue in _queues)
        {
            bench.Guest.Events.Close(queue.Port);
            isReleased &= bench.Guest.Grants.Revoke(queue.Rings) == RevokeResult.Revoked;
        }

        Expect.That(isReleased, "The back end has closed and still holds a page (R8).");
    }

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);

    private void Allocate()
    {
        DomainId peer = bench.Simulation.Dom0.Id;
        _data = bench.Guest.Grants.Allocate(peer, DataPages, GrantAccess.ReadWrite);
        for (int i = 0; i < queues; i++)
        {
            _queues.Add(new HostileNetFrontQueue(bench.Guest.Grants.Allocate(peer, 2, GrantAccess.ReadWrite), bench.Guest.Events.AllocateUnbound(peer)));
        }

        _queue = _queues[0];
    }

    // A packet of some slots, most of them right: a connection that is broken at once shows little.
    private void Send()
    {
        int slots = choice.Next(8) == 0 ? 1 + choice.Next(21) : 1 + choice.Next(3);
        int each = 60 + choice.Next(400);
        for (int i = 0; i < slots; i++)
        {
            NetifTxFlags flags = i + 1 < slots ? NetifTxFlags.MoreData : NetifTxFlags.None;
            flags |= choice.Next(32) == 0 ? (NetifTxFlags)choice.Next(16) : NetifTxFlags.None;
            int size = i == 0 ? each * slots : each;
            size += choice.Next(32) == 0 ? choice.Next(8000) - 4000 : 0;
            _queue!.Tx.TryWrite(new NetifTxRequest
            {
                Gref = AnyRef(),
                Offset = (ushort)(choice.Next(64) == 0 ? choice.Next(65536) : choice.Next(1000)),
                Flags = flags,
                Id = (ushort)choice.Next(65536),
                Size = (ushort)size,
            });
        }

        _queue!.Tx.Push();
    }

    private void Offer()
    {
        for (int i = choice.Next(20); i > 0; i--)
        {
            _queue!.Rx.TryWrite(new NetifRxRequest { Id = (ushort)choice.Next(65536), Gref = AnyRef() });
        }

        _queue!.Rx.Push();
    }

    private uint AnyRef() => choice.Next(12) switch
    {
        0 => (uint)choice.Next(64),
        1 => uint.MaxValue - (uint)choice.Next(4),
        _ => _data!.Refs[choice.Next(DataPages)].Value,
    };
}
