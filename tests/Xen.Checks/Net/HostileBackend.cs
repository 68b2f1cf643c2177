using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Xen.Events;
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
internal sealed class HostileBackend(SimulatedDomain domain, SimulatedDomain guest, DevicePaths paths, IChoice choice)
{
    private const int PageBytes = GrantedPages.PageSize;

    private MappedGrants? _rings;
    private EventPort _port;
    private BackRing<NetifTxRequest, NetifTxResponse, DirectMemory>? _tx;
    private BackRing<NetifRxRequest, NetifRxResponse, DirectMemory>? _rx;

    /// <summary>Mappings that it keeps although it has answered them.</summary>
    public List<MappedGrants> Kept { get; } = [];

    private string State => paths.Backend + "/state";

    /// <summary>Offers what a back end offers and connects.</summary>
    public async Task ConnectAsync()
    {
        await domain.Store.WriteAsync(paths.Backend + "/" + NetifKeys.FeatureRxCopy, "1");
        await domain.Store.WriteAsync(paths.Backend + "/" + NetifKeys.FeatureSg, "1");
        await domain.Store.WriteAsync(State, "2");
        await domain.Store.WaitForAsync(paths.Frontend + "/state", value => value == "4");
        GrantRef[] refs = [new(await ReadAsync(NetifKeys.TxRingRef)), new(await ReadAsync(NetifKeys.RxRingRef))];
        _rings = domain.Grants.Map(guest.Id, refs, GrantAccess.ReadWrite);
        _port = domain.Events.BindInterdomain(guest.Id, await ReadAsync(NetifKeys.EventChannel));
        Attach();
        await domain.Store.WriteAsync(State, "4");
    }

    /// <summary>Does one thing that no back end should, or one that it should.</summary>
    public void Misbehave()
    {
        switch (choice.Next(7))
        {
            case 0:
                _rings!.Bytes[choice.Next(_rings.Length)] = (byte)choice.Next(256);
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

        domain.Events.Notify(_port);
    }

    /// <summary>Answers what was sent, as it should be.</summary>
    public void AnswerTransmitRight()
    {
        while (_tx!.TryRead(out NetifTxRequest request) && _tx.TryWrite(new NetifTxResponse { Id = request.Id }))
        {
        }

        _tx.Push();
        domain.Events.Notify(_port);
    }

    /// <summary>Writes an answer into every page that the front end offers, from wherever it is called: no event.</summary>
    /// <returns>How many.</returns>
    public int AnswerEveryPage(short status)
    {
        int count = 0;
        while (_rx!.TryRead(out NetifRxRequest request) && _rx.TryWrite(new NetifRxResponse { Id = request.Id, Status = status }))
        {
            count++;
        }

        _rx.Push();
        _rx.FinalCheck();
        return count;
    }

    /// <summary>Sends an event.</summary>
    public void Notify() => domain.Events.Notify(_port);

    /// <summary>Demands that a page which the front end sent from holds nothing but the frame.</summary>
    public void ExpectOnlyTheFrame(byte expected, int length)
    {
        Expect.That(_tx!.TryRead(out NetifTxRequest request), "Nothing was sent.");
        using MappedGrants page = domain.Grants.Map(guest.Id, [new GrantRef(request.Gref)], GrantAccess.ReadOnly);
        ReadOnlySpan<byte> bytes = page.Bytes;
        Expect.That(bytes.Slice(request.Offset, length).IndexOfAnyExcept(expected) < 0, "The frame is not what was filled in.");
        Expect.That(bytes[..request.Offset].IndexOfAnyExcept((byte)0) < 0 && bytes[(request.Offset + length)..].IndexOfAnyExcept((byte)0) < 0,
            $"The page holds more than the frame of {length} bytes (R16).");
        _tx.TryWrite(new NetifTxResponse { Id = request.Id });
        _tx.Push();
        domain.Events.Notify(_port);
    }

    /// <summary>Lets go of the rings and closes; of kept pages only when asked.</summary>
    public async Task CloseAsync()
    {
        _rings?.Dispose();
        if (_rings is not null)
        {
            domain.Events.Close(_port);
        }

        _rings = null;
        await domain.Store.WriteAsync(State, "6");
    }

    public void LetGo()
    {
        Kept.ForEach(page => page.Dispose());
        Kept.Clear();
    }

    private unsafe void Attach()
    {
        _tx = new(_rings!.Address, PageBytes);
        _rx = new(_rings.Address + PageBytes, PageBytes);
    }

    private async Task<uint> ReadAsync(string key) =>
        uint.Parse(await domain.Store.ReadTextAsync(paths.Frontend + "/" + key), CultureInfo.InvariantCulture);

    private void AnswerReceive()
    {
        if (!_rx!.TryRead(out NetifRxRequest request))
        {
            return;
        }

        // Half of the time right: a front end that is broken at once shows little.
        bool isRight = choice.Next(2) == 0;
        _rx.TryWrite(new NetifRxResponse
        {
            Id = isRight ? request.Id : (ushort)choice.Next(65536),
            Offset = isRight ? (ushort)0 : (ushort)choice.Next(65536),
            Flags = isRight ? NetifRxFlags.None : (NetifRxFlags)choice.Next(32),
            Status = isRight ? (short)(14 + choice.Next(4083)) : (short)choice.Next(65536),
        });
        _rx.Push();
    }

    private void AnswerTransmit()
    {
        if (_tx!.TryRead(out NetifTxRequest request))
        {
            bool isRight = choice.Next(3) > 0;
            _tx.TryWrite(new NetifTxResponse
            {
                Id = isRight ? request.Id : (ushort)choice.Next(512),
                Status = isRight ? NetifStatus.Okay : (NetifStatus)(choice.Next(5) - 3),
            });
            _tx.Push();
        }
    }

    // R7: maps a page that it was to receive into, answers it, and keeps the mapping.
    private void KeepPage()
    {
        if (choice.Next(4) == 0 && _rx!.TryRead(out NetifRxRequest request) && TryMap(request.Gref, out MappedGrants? page))
        {
            Kept.Add(page);
            _rx.TryWrite(new NetifRxResponse { Id = request.Id, Status = 60 });
            _rx.Push();
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
