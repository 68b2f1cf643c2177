using System.Globalization;
using System.Net;
using Xen.Blkfront;
using Xen.Lab;
using Xen.Netfront;

return args switch
{
    ["events"] => Lab.Run(EventChecks.All),
    ["grants"] => Lab.Run(GrantChecks.All),
    ["store"] => Lab.Run(StoreChecks.All),
    ["store-socket"] => Lab.Run(StoreChecks.All, StoreChecks.OverSocket),
    ["store-guest", .. var done] => Lab.Run([.. GuestStoreChecks.All.Where(check => !done.Contains(check.Name))]),
    ["hold-kernel"] => Lab.Hold(Holding.KernelAsync),
    ["hold-store", var root] => Lab.Hold(guest => Holding.StoreAsync(guest, root)),
    ["vbd-add", var type, var number, var device, var physical, var mode] =>
        Lab.RunOne(guest => ToolstackVerbs.AddDiskAsync(guest, (uint)Number(number), device, physical, mode, type)),
    ["vif-add", var type, var handle, var mac, var mtu] =>
        Lab.RunOne(guest => ToolstackVerbs.AddInterfaceAsync(guest, (uint)Number(handle), mac, Number(mtu), type)),
    ["device-remove", var path] => Lab.RunOne(guest => ToolstackVerbs.RemoveAsync(guest, path)),
    ["device-destroy", var path] => Lab.RunOne(guest => ToolstackVerbs.DestroyAsync(guest, path)),
    ["blk", var path, var seed, var mebibytes] =>
        Lab.RunOne(guest => BlockVerbs.WriteAndReadAsync(guest, path, Seed(seed), Number(mebibytes), BlkfrontOptions.Default)),
    ["blk", var path, var seed, var mebibytes, var order, var segments] =>
        Lab.RunOne(guest => BlockVerbs.WriteAndReadAsync(
            guest,
            path,
            Seed(seed),
            Number(mebibytes),
            new BlkfrontOptions { RingPageOrder = (uint)Number(order), MaxSegments = Number(segments) })),
    ["blk-read-only", var path, var seed, var mebibytes] =>
        Lab.RunOne(guest => BlockVerbs.ReadOnlyAsync(guest, path, Seed(seed), Number(mebibytes))),
    ["pattern-write", var file, var seed, var mebibytes] => Lab.RunHere(() => Pattern.Write(file, Seed(seed), Number(mebibytes))),
    ["pattern", var file, var seed, var mebibytes] => Lab.RunHere(() => Pattern.Compare(file, Seed(seed), Number(mebibytes))),
    ["version-0", var image, var result] => Lab.RunHere(() => OldLoader.Write(image, result)),
    ["net", var path, var address, var peer, var largestEcho, var command] =>
        Lab.RunOne(guest => NetworkVerbs.ProbeAsync(
            guest, path, NetfrontOptions.Default, IPAddress.Parse(address), IPAddress.Parse(peer), Number(largestEcho), command)),
    ["net-plain", var path, var address, var peer, var largestEcho, var command] =>
        Lab.RunOne(guest => NetworkVerbs.ProbeAsync(
            guest, path, NetworkVerbs.Plain, IPAddress.Parse(address), IPAddress.Parse(peer), Number(largestEcho), command)),
    ["net-offload", var front, var other, var command] => OffloadChecks.Run(front, other, command),
    ["echo", var address, var port] => NetworkVerbs.Echo(IPAddress.Parse(address), Number(port)),
    ["ask-echo", var address, var smallest, var largest, var step] =>
        Lab.RunHere(() => NetworkVerbs.AskForEchoes(IPAddress.Parse(address), Number(smallest), Number(largest), Number(step))),
    ["capture", var name, var source, var pings, var datagrams] =>
        Lab.RunHere(() => Capture.Run(name, IPAddress.Parse(source), Number(pings), Number(datagrams))),
    _ => Usage(),
};

static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

static ulong Seed(string text) => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.Error.WriteLine("""
        usage: xslab VERB
        Each check of these prints "LAB name ok detail" or "LAB name fail detail":
          events        event channels over /dev/xen/evtchn, both ends here
          grants        gntalloc, gntdev, copies and unmap notifications, both ends here
          store         the xenstore client over /dev/xen/xenbus, from a privileged domain
          store-socket  the same over xenstored's socket
          store-guest [DONE]...  permissions and quotas, from an unprivileged domain, without the checks that are done
          net-offload FRONT OTHER COMMAND
                        checksums that are left to the other side, both ways, between two interfaces and with this domain's own stack on
                        xenbr0 (10.77.0.1, fd00:77::1); COMMAND runs once both are connected
        These print "held" once they hold something, and keep it until they are killed:
          hold-kernel       granted and mapped pages, event channels
          hold-store ROOT   nodes below ROOT, with watches
        These print what they found, last a line that sums it up:
          vbd-add TYPE NUMBER DEVICE MAJOR:MINOR r|w
                                                a disk on this domain's blkback, its front end below device/TYPE; prints the front end's path
          vif-add TYPE NUMBER MAC MTU           an interface on this domain's netback; prints the front end's path
          device-remove FRONT                   take a device away, after both ends have closed
          device-destroy FRONT                  take a device away at once
          blk FRONT SEED MIB [ORDER SEGMENTS]   write, flush and read back through the front end at FRONT
          blk-read-only FRONT SEED MIB          read, and be refused to write
          pattern-write FILE SEED MIB           a file with the same bytes
          pattern FILE SEED MIB                 compare a file with them
          version-0 IMAGE RESULT                an image of a unikernel that finds a start info of version 0
          net FRONT ADDRESS PEER LARGEST COMMAND
                                                ARP, 1,000 pings, UDP echoes (port 7) up to LARGEST bytes; COMMAND runs once connected
          net-plain ...                         the same without scatter/gather, with one event channel for both directions
          echo ADDRESS PORT                     send UDP datagrams back
          ask-echo ADDRESS SMALLEST LARGEST STEP
                                                have UDP datagrams (port 7) of SMALLEST to LARGEST bytes, STEP apart, sent back
          capture INTERFACE SOURCE PINGS DATAGRAMS
                                                verify the checksums of so many ICMP and UDP packets, at least, that SOURCE sends
        The status is 0 when all is well, else 1.
        """);
    return 2;
}
