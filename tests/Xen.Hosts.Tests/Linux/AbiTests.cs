using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Xen.Linux;

namespace Xen.Hosts.Tests.Linux;

/// <summary>Every request number, size and offset of this host equals what a C compiler makes of Linux's own headers.</summary>
public class AbiTests
{
    private const string Source = """
        #include <stddef.h>
        #include <stdint.h>
        #include <stdio.h>
        #include <sys/ioctl.h>
        #include <poll.h>
        #include <fcntl.h>
        #include <sys/mman.h>
        #include <sys/socket.h>
        #include <sys/un.h>
        #include <sys/eventfd.h>
        typedef uint16_t domid_t;
        typedef uint32_t grant_ref_t;
        #include <xen/evtchn.h>
        #include <xen/gntalloc.h>
        #undef UNMAP_NOTIFY_CLEAR_BYTE
        #undef UNMAP_NOTIFY_SEND_EVENT
        #include <xen/gntdev.h>
        #define P(name, value) printf("%s %llu\n", name, (unsigned long long)(value));
        #define S(name, type) P("sizeof " name, sizeof(type))
        #define O(name, type, field) P("offset " name, offsetof(type, field))
        int main(void)
        {
            P("BindInterdomain", IOCTL_EVTCHN_BIND_INTERDOMAIN) P("BindUnboundPort", IOCTL_EVTCHN_BIND_UNBOUND_PORT)
            P("Unbind", IOCTL_EVTCHN_UNBIND) P("Notify", IOCTL_EVTCHN_NOTIFY) P("Reset", IOCTL_EVTCHN_RESET)
            S("bind_interdomain", struct ioctl_evtchn_bind_interdomain)
            O("remote_port", struct ioctl_evtchn_bind_interdomain, remote_port)
            S("bind_unbound_port", struct ioctl_evtchn_bind_unbound_port)
            S("unbind", struct ioctl_evtchn_unbind) S("notify", struct ioctl_evtchn_notify)
            P("Allocate", IOCTL_GNTALLOC_ALLOC_GREF) P("Deallocate", IOCTL_GNTALLOC_DEALLOC_GREF)
            P("AllocNotify", IOCTL_GNTALLOC_SET_UNMAP_NOTIFY) P("Writable", GNTALLOC_FLAG_WRITABLE)
            O("alloc.flags", struct ioctl_gntalloc_alloc_gref, flags) O("alloc.count", struct ioctl_gntalloc_alloc_gref, count)
            O("alloc.index", struct ioctl_gntalloc_alloc_gref, index) O("alloc.gref_ids", struct ioctl_gntalloc_alloc_gref, gref_ids)
            S("dealloc", struct ioctl_gntalloc_dealloc_gref) O("dealloc.count", struct ioctl_gntalloc_dealloc_gref, count)
            S("alloc_notify", struct ioctl_gntalloc_unmap_notify) O("alloc_notify.action", struct ioctl_gntalloc_unmap_notify, action)
            O("alloc_notify.port", struct ioctl_gntalloc_unmap_notify, event_channel_port)
            P("MapGrantRef", IOCTL_GNTDEV_MAP_GRANT_REF) P("UnmapGrantRef", IOCTL_GNTDEV_UNMAP_GRANT_REF)
            P("DevNotify", IOCTL_GNTDEV_SET_UNMAP_NOTIFY) P("GrantCopy", IOCTL_GNTDEV_GRANT_COPY)
            S("grant_ref", struct ioctl_gntdev_grant_ref) O("grant_ref.ref", struct ioctl_gntdev_grant_ref, ref)
            O("map.index", struct ioctl_gntdev_map_grant_ref, index) O("map.refs", struct ioctl_gntdev_map_grant_ref, refs)
            S("unmap", struct ioctl_gntdev_unmap_grant_ref) O("unmap.count", struct ioctl_gntdev_unmap_grant_ref, count)
            S("dev_notify", struct ioctl_gntdev_unmap_notify) O("dev_notify.action", struct ioctl_gntdev_unmap_notify, action)
            O("dev_notify.port", struct ioctl_gntdev_unmap_notify, event_channel_port)
            P("ClearByte", UNMAP_NOTIFY_CLEAR_BYTE) P("SendEvent", UNMAP_NOTIFY_SEND_EVENT)
            S("copy", struct ioctl_gntdev_grant_copy) O("copy.segments", struct ioctl_gntdev_grant_copy, segments)
            S("segment", struct gntdev_grant_copy_segment) O("segment.dest", struct gntdev_grant_copy_segment, dest)
            O("segment.ref", struct gntdev_grant_copy_segment, source.foreign.ref)
            O("segment.offset", struct gntdev_grant_copy_segment, source.foreign.offset)
            O("segment.domid", struct gntdev_grant_copy_segment, source.foreign.domid)
            O("segment.len", struct gntdev_grant_copy_segment, len) O("segment.flags", struct gntdev_grant_copy_segment, flags)
            O("segment.status", struct gntdev_grant_copy_segment, status)
            S("pollfd", struct pollfd) O("pollfd.revents", struct pollfd, revents)
            P("POLLIN", POLLIN) P("POLLOUT", POLLOUT) P("POLLERR", POLLERR) P("POLLHUP", POLLHUP) P("POLLNVAL", POLLNVAL)
            P("O_RDWR", O_RDWR) P("O_NONBLOCK", O_NONBLOCK) P("O_CLOEXEC", O_CLOEXEC)
            P("EFD_NONBLOCK", EFD_NONBLOCK) P("EFD_CLOEXEC", EFD_CLOEXEC) P("SOCK_NONBLOCK", SOCK_NONBLOCK) P("SOCK_CLOEXEC", SOCK_CLOEXEC)
            P("PROT_READ", PROT_READ) P("PROT_WRITE", PROT_WRITE) P("MAP_SHARED", MAP_SHARED) P("MAP_PRIVATE", MAP_PRIVATE)
            P("MAP_ANONYMOUS", MAP_ANONYMOUS) P("AF_UNIX", AF_UNIX) P("SOCK_STREAM", SOCK_STREAM) P("MSG_NOSIGNAL", MSG_NOSIGNAL)
            S("sockaddr_un", struct sockaddr_un)
            return 0;
        }
        """;

    [HeadersFact]
    public void Requests_and_structs_equal_the_headers()
    {
        SortedDictionary<string, ulong> expected = Compile();
        SortedDictionary<string, ulong> actual = Ours();
        Assert.Equal(expected, actual);
    }

    private static SortedDictionary<string, ulong> Ours() => new(StringComparer.Ordinal)
    {
        ["BindInterdomain"] = EvtchnAbi.BindInterdomain,
        ["BindUnboundPort"] = EvtchnAbi.BindUnboundPort,
        ["Unbind"] = EvtchnAbi.Unbind,
        ["Notify"] = EvtchnAbi.Notify,
        ["Reset"] = EvtchnAbi.Reset,
        ["sizeof bind_interdomain"] = Size<EvtchnAbi.BindInterdomainArgument>(),
        ["offset remote_port"] = Offset<EvtchnAbi.BindInterdomainArgument>("RemotePort"),
        ["sizeof bind_unbound_port"] = Size<EvtchnAbi.BindUnboundPortArgument>(),
        ["sizeof unbind"] = Size<EvtchnAbi.PortArgument>(),
        ["sizeof notify"] = Size<EvtchnAbi.PortArgument>(),
        ["Allocate"] = GntallocAbi.Allocate,
        ["Deallocate"] = GntallocAbi.Deallocate,
        ["AllocNotify"] = GntallocAbi.SetUnmapNotify,
        ["Writable"] = GntallocAbi.Writable,
        ["offset alloc.flags"] = Offset<GntallocAbi.AllocateArgument>("Flags"),
        ["offset alloc.count"] = Offset<GntallocAbi.AllocateArgument>("Count"),
        ["offset alloc.index"] = Offset<GntallocAbi.AllocateArgument>("Index"),
        ["offset alloc.gref_ids"] = Size<GntallocAbi.AllocateArgument>(),
        ["sizeof dealloc"] = Size<GntallocAbi.DeallocateArgument>(),
        ["offset dealloc.count"] = Offset<GntallocAbi.DeallocateArgument>("Count"),
        ["sizeof alloc_notify"] = Size<GntallocAbi.UnmapNotifyArgument>(),
        ["offset alloc_notify.action"] = Offset<GntallocAbi.UnmapNotifyArgument>("Action"),
        ["offset alloc_notify.port"] = Offset<GntallocAbi.UnmapNotifyArgument>("EventChannelPort"),
        ["MapGrantRef"] = GntdevAbi.MapGrantRef,
        ["UnmapGrantRef"] = GntdevAbi.UnmapGrantRef,
        ["DevNotify"] = GntdevAbi.SetUnmapNotify,
        ["GrantCopy"] = GntdevAbi.GrantCopy,
        ["sizeof grant_ref"] = Size<GntdevAbi.GrantReference>(),
        ["offset grant_ref.ref"] = Offset<GntdevAbi.GrantReference>("Ref"),
        ["offset map.index"] = Offset<GntdevAbi.MapArgument>("Index"),
        ["offset map.refs"] = Size<GntdevAbi.MapArgument>(),
        ["sizeof unmap"] = Size<GntdevAbi.UnmapArgument>(),
        ["offset unmap.count"] = Offset<GntdevAbi.UnmapArgument>("Count"),
        ["sizeof dev_notify"] = Size<GntallocAbi.UnmapNotifyArgument>(),
        ["offset dev_notify.action"] = Offset<GntallocAbi.UnmapNotifyArgument>("Action"),
        ["offset dev_notify.port"] = Offset<GntallocAbi.UnmapNotifyArgument>("EventChannelPort"),
        ["ClearByte"] = GntallocAbi.UnmapNotifyArgument.ClearByte,
        ["SendEvent"] = GntallocAbi.UnmapNotifyArgument.SendEvent,
        ["sizeof copy"] = Size<GntdevAbi.CopyArgument>(),
        ["offset copy.segments"] = Offset<GntdevAbi.CopyArgument>("Segments"),
        ["sizeof segment"] = Size<GntdevAbi.CopySegment>(),
        ["offset segment.dest"] = Offset<GntdevAbi.CopySegment>("Destination"),
        ["offset segment.ref"] = Offset<GntdevAbi.CopySide>("Ref"),
        ["offset segment.offset"] = Offset<GntdevAbi.CopySide>("Offset"),
        ["offset segment.domid"] = Offset<GntdevAbi.CopySide>("Domain"),
        ["offset segment.len"] = Offset<GntdevAbi.CopySegment>("Length"),
        ["offset segment.flags"] = Offset<GntdevAbi.CopySegment>("Flags"),
        ["offset segment.status"] = Offset<GntdevAbi.CopySegment>("Status"),
        ["sizeof pollfd"] = Size<Libc.PollDescriptor>(),
        ["offset pollfd.revents"] = Offset<Libc.PollDescriptor>("Returned"),
        ["POLLIN"] = (ulong)Libc.PollIn,
        ["POLLOUT"] = (ulong)Libc.PollOut,
        ["POLLERR"] = (ulong)Libc.PollError,
        ["POLLHUP"] = (ulong)Libc.PollHangUp,
        ["POLLNVAL"] = (ulong)Libc.PollInvalid,
        ["O_RDWR"] = Libc.ReadWrite,
        ["O_NONBLOCK"] = Libc.NonBlocking,
        ["O_CLOEXEC"] = Libc.CloseOnExec,
        ["EFD_NONBLOCK"] = Libc.NonBlocking,
        ["EFD_CLOEXEC"] = Libc.CloseOnExec,
        ["SOCK_NONBLOCK"] = Libc.NonBlocking,
        ["SOCK_CLOEXEC"] = Libc.CloseOnExec,
        ["PROT_READ"] = Libc.ProtectRead,
        ["PROT_WRITE"] = Libc.ProtectWrite,
        ["MAP_SHARED"] = Libc.MapShared,
        ["MAP_PRIVATE"] = Libc.MapPrivate,
        ["MAP_ANONYMOUS"] = Libc.MapAnonymous,
        ["AF_UNIX"] = Libc.UnixFamily,
        ["SOCK_STREAM"] = Libc.StreamSocket,
        ["MSG_NOSIGNAL"] = Libc.NoSignal,
        ["sizeof sockaddr_un"] = 2 + 108,
    };

    private static ulong Size<T>()
        where T : unmanaged => (ulong)Marshal.SizeOf<T>();

    private static ulong Offset<T>(string field)
        where T : unmanaged => (ulong)Marshal.OffsetOf<T>(field);

    private static SortedDictionary<string, ulong> Compile()
    {
        Assert.True(HeadersFactAttribute.Missing is null, HeadersFactAttribute.Missing);
        string folder = Directory.CreateTempSubdirectory("abi").FullName;
        File.WriteAllText($"{folder}/abi.c", Source);
        Run(HeadersFactAttribute.Compiler!, "-o", $"{folder}/abi", $"{folder}/abi.c");
        string output = Run($"{folder}/abi");
        Directory.Delete(folder, recursive: true);
        var values = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
        foreach (string line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int space = line.LastIndexOf(' ');
            values[line[..space]] = ulong.Parse(line[(space + 1)..], CultureInfo.InvariantCulture);
        }

        return values;
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {errors}");
        return output;
    }
}
