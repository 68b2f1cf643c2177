using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Xen.Grants;
using Xen.Platform;
using Xen.Rings;
using Xen.Simulation;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Net;

/// <summary>
/// A back end that walks the handshake and then writes any byte of the rings, answers with well-formed nonsense and sends events at any
/// time. What it can reach is what its front end granted: it also looks whether those pages hold what they should not (R16).
/// </summary>
/// <param name="domain">Its domain.</param>
/// <param name="guest">The front end's.</param>
/// <param name="paths">The device's nodes.</param>
/// <param name="choice">What it does.</param>
/// <param name="offeredQueues">Queues at most.</param>
internal sealed class HostileBackend(SimulatedDomain domain, SimulatedDomain guest, DevicePaths paths, IChoice choice, int offeredQueues = 1)
{
    private readonly List<HostileBackendQueue> _queues = [];

    // The one of the moment.
    private HostileBackendQueue? _queue;

    /// <summary>Mappings that it keeps although it has answered them.</summary>
    public List<MappedGrants> Kept { get; } = [];

    private string State => paths.Backend + "/state";

    /// <summary>Offers what a back end offers and connects.</summary>
    public async Task ConnectAsync()
    {
        await domain.Store.WriteAsync(paths.Backend + "/" + NetifKeys.FeatureRxCopy, "1");
        await domain.Store.WriteAsync(paths.Backend + "/" + NetifKeys.FeatureSg, "1");
        if (offeredQueues > 1)
        {
            await domain.Store.WriteAsync(paths.Backend + "/" + NetifKeys.MultiQueueMaxQueues, offeredQueues.ToString(CultureInfo.InvariantCulture));
        }

        await domain.Store.WriteAsync(State, "2");
        await domain.Store.WaitForAsync(paths.Frontend + "/state", value => value == "4");
        bool hasSeveral = await domain.Store.ExistsAsync(paths.Frontend + "/" + NetifKeys.MultiQueueNumQueues);
        uint count = hasSeveral ? await ReadAsync(NetifKeys.MultiQueueNumQueues) : 1;
        for (int queue = 0; queue < count; queue++)
        {
            await AttachAsync(hasSeveral ? NetifKeys.Queue(queue) + "/" : "");
        }

        _queue = _queues[0];
        await domain.Store.WriteAsync(State, "4");
    }

    /// <summary>Does one thing that no back end should, or one that it should.</summary>
    public void Misbehave()
    {
        _queue = _queues[_queues.Count == 1 ? 0 : choice.Next(_queues.Count)];
        switch (choice.Next(7))
        {
            case 0:
                _queue.Rings.Bytes[choice.Next(_queue.Rings.Length)] = (byte)choice.Next(256);
                break;
            case 1:
                AnswerReceive();
                break;
            case 2:
                AnswerTransmit();
                break;
            case 3:
                KeepPage();
                break;
            case 4 when Kept.Count > 0:
                // What the guest reads must not be what this changes.
                Kept[choice.Next(Kept.Count)].Bytes[..60].Fill((byte)choice.Next(256));
                break;
            default:
                break;
        }

        domain.Events.Notify(_queue!.Port);
    }

    /// <summary>Answers what was sent, as it should be.</summary>
    public void AnswerTransmitRight()
    {
        while (_queue!.Tx.TryRead(out NetifTxRequest request) && _queue.Tx.TryWrite(new NetifTxResponse { Id = request.Id }))
        {
        }

        _queue.Tx.Push();
        domain.Events.Notify(_queue!.Port);
    }

    /// <summary>Writes an answer into every page that the front end offers, from wherever it is called: no event.</summary>
    /// <returns>How many.</returns>
    public int AnswerEveryPage(short status)
    {
        int count = 0;
        while (_queue!.Rx.TryRead(out NetifRxRequest request) && _queue.Rx.TryWrite(new NetifRxResponse { Id = request.Id, Status = status }))
        {
            count++;
        }

        _queue.Rx.Push();
        _queue.Rx.FinalCheck();
        return count;
    }

    /// <summary>Writes a frame into one page that the front end offers, from wherever it is called: no event.</summary>
    /// <param name="length">Its bytes.</param>
    /// <returns>True when the front end wants an event.</returns>
    public bool AnswerPage(short length)
    {
        Expect.That(_queue!.Rx.TryRead(out NetifRxRequest request), "No page was offered.");
        _queue.Rx.TryWrite(new NetifRxResponse { Id = request.Id, Status = length });
        return _queue.Rx.Push();
    }

    /// <summary>Sends an event.</summary>
    public void Notify() => domain.Events.Notify(_queue!.Port);

    /// <summary>Demands that a page which the front end sent from holds nothing but the frame.</summary>
    public void ExpectOnlyTheFrame(byte expected, int length)
    {
        Expect.That(_queue!.Tx.TryRead(out NetifTxRequest request), "Nothing was sent.");
        using MappedGrants page = domain.Grants.Map(guest.Id, [new GrantRef(request.Gref)], GrantAccess.ReadOnly);
        ReadOnlySpan<byte> bytes = page.Bytes;
        Expect.That(bytes.Slice(request.Offset, length).IndexOfAnyExcept(expected) < 0, "The frame is not what was filled in.");
        Expect.That(bytes[..request.Offset].IndexOfAnyExcept((byte)0) < 0 && bytes[(request.Offset + length)..].IndexOfAnyExcept((byte)0) < 0,
            $"The page holds more than the frame of {length} bytes (R16).");
        _queue.Tx.TryWrite(new NetifTxResponse { Id = request.Id });
        _queue.Tx.Push();
        domain.Events.Notify(_queue!.Port);
    }

    /// <summary>Lets go of the rings and closes; of kept pages only when asked.</summary>
    public async Task CloseAsync()
    {
        foreach (HostileBackendQueue queue in _queues)
        {
            queue.Rings.Dispose();
            domain.Events.Close(queue.Port);
        }

        _queues.Clear();
        await domain.Store.WriteAsync(State, "6");
    }

    public void LetGo()
    {
        Kept.ForEach(page => page.Dispose());
        Kept.Clear();
    }

    private async Task AttachAsync(string prefix)
    {
        GrantRef[] refs = [new(await ReadAsync(prefix + NetifKeys.TxRingRef)), new(await ReadAsync(prefix + NetifKeys.RxRingRef))];
        MappedGrants rings = domain.Grants.Map(guest.Id, refs, GrantAccess.ReadWrite);
        _queues.Add(new HostileBackendQueue(rings, domain.Events.BindInterdomain(guest.Id, await ReadAsync(prefix + NetifKeys.EventChannel))));
    }

    private async Task<uint> ReadAsync(string key) =>
        uint.Parse(await domain.Store.ReadTextAsync(paths.Frontend + "/" + key), CultureInfo.InvariantCulture);

    private void AnswerReceive()
    {
        if (!_queue!.Rx.TryRead(out NetifRxRequest request))
        {
            return;
        }

        // Half of the time right: a front end that is broken at once shows little.
        bool isRight = choice.Next(2) == 0;
        _queue.Rx.TryWrite(new NetifRxResponse
        {
            Id = isRight ? request.Id : (ushort)choice.Next(65536),
            Offset = isRight ? (ushort)0 : (ushort)choice.Next(65536),
            Flags = isRight ? NetifRxFlags.None : (NetifRxFlags)choice.Next(32),
            Status = isRight ? (short)(14 + choice.Next(4083)) : (short)choice.Next(65536),
        });
        _queue.Rx.Push();
    }

    private void AnswerTransmit()
    {
        if (_queue!.Tx.TryRead(out NetifTxRequest request))
        {
            bool isRight = choice.Next(3) > 0;
            _queue.Tx.TryWrite(new NetifTxResponse
            {
                Id = isRight ? request.Id : (ushort)choice.Next(512),
                Status = isRight ? NetifStatus.Okay : (NetifStatus)(choice.Next(5) - 3),
            });
            _queue.Tx.Push();
        }
    }

    // R7: maps a page that it was to receive into, answers it, and keeps the mapping.
    private void KeepPage()
    {
        if (choice.Next(4) == 0 && _queue!.Rx.TryRead(out NetifRxRequest request) && TryMap(request.Gref, out MappedGrants? page))
        {
            Kept.Add(page);
            _queue.Rx.TryWrite(new NetifRxResponse { Id = request.Id, Status = 60 });
            _queue.Rx.Push();
        }
    }

    // What it wrote over the request itself is no reference.
    private bool TryMap(uint reference, [NotNullWhen(true)] out MappedGrants? page)
    {
        try
        {
            page = domain.Grants.Map(guest.Id, [new GrantRef(reference)], GrantAccess.ReadWrite);
            return true;
        }
        catch (XenException)
        {
            page = null;
            return false;
        }
    }
}
