using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Hosting;
using Xen.Store;

namespace Unikernel;

/// <summary>Answers ARP, ping and UDP echo for one address on each interface, with frames of every size that the interface takes.</summary>
internal sealed class InterfaceService(Guest guest, Options options, ILogger logger)
{
    private const int WholeAddressBits = 32;

    /// <summary>Serves one interface until the token is cancelled or its back end goes away, and closes it. Meanwhile <c>data/vif/N</c> says the address.</summary>
    public async Task ServeAsync(uint id, CancellationToken gone)
    {
        string selector = id.ToString(CultureInfo.InvariantCulture);
        IPAddress address = await AddressOfAsync(id, gone);
        INetworkDevice vif = await guest.OpenNetworkAsync(selector, gone);
        Log.InterfaceServed(logger, vif.Name, address, vif.MacAddress, vif.Mtu, vif.MaxFrameSize);

        // A subnet of one address: this guest's own.
        var responder = new LoopbackResponder(vif, address, WholeAddressBits);
        Task<DeviceResult> answering = responder.RunAsync(gone);
        string note = $"data/vif/{selector}";
        try
        {
            await guest.Store.WriteAsync(note, address.ToString(), gone);
            await answering;
        }
        finally
        {
            Log.InterfaceClosing(logger, vif.Name, responder.Answered, responder.Ignored);
            await guest.CloseAsync(vif);
            await guest.Store.TryRemoveAsync(note, CancellationToken.None);
        }
    }

    // The first interface by option; each by its toolstack (vif = ['ip=10.0.0.2, …']); else one of the addresses for examples (RFC 5737).
    private async Task<IPAddress> AddressOfAsync(uint id, CancellationToken cancellationToken)
    {
        if (id == 0 && options.Address is { } own)
        {
            return own;
        }

        string backend = await guest.Store.ReadTextAsync($"device/vif/{id}/backend", cancellationToken);
        string? given = await guest.Store.TryReadTextAsync(StorePath.Combine(backend, "ip"), cancellationToken);
        return given?.Split(' ').Select(Options.TryParseAddress).FirstOrDefault(address => address is not null)
            ?? new IPAddress([192, 0, 2, (byte)(2 + id)]);
    }
}
