using System.Runtime.InteropServices;
using Xen.Speed.Native;

namespace Xen.Speed.Dom0;

/// <summary>Three of the toolstack's calls to Xen, for its version 4.17.</summary>
internal sealed unsafe class DomainControl
{
    private const string Device = "/dev/xen/privcmd";
    private const ulong Hypercall = 48 << 16 | 'P' << 8;
    private const ulong DomainControlCall = 36;
    private const uint InterfaceVersion = 0x15;
    private const uint PauseDomain = 3;
    private const uint UnpauseDomain = 4;
    private const uint GetVcpu = 14;
    private const int PageBytes = 4096;

    private readonly int _device = (int)Libc.Check(Libc.Open(Device, Libc.ReadWrite), $"open {Device}");
    private readonly byte* _page = (byte*)NativeMemory.AlignedAlloc(PageBytes, PageBytes);

    public DomainControl()
    {
        new Span<byte>(_page, PageBytes).Clear();
        // Xen reads and writes it by its address here.
        Libc.Check(Libc.Lock(_page, PageBytes), "mlock");
    }

    /// <summary>How long the domain's only virtual processor has run.</summary>
    public TimeSpan ProcessorTime(int domain)
    {
        Call(GetVcpu, domain);
        return TimeSpan.FromTicks(*(long*)(_page + 24) / TimeSpan.NanosecondsPerTick);
    }

    public void Pause(int domain) => Call(PauseDomain, domain);

    public void Unpause(int domain) => Call(UnpauseDomain, domain);

    private void Call(uint command, int domain)
    {
        // struct xen_domctl: the command, the interface's version, the domain; what the command needs, here processor 0, stands at 16.
        new Span<byte>(_page, PageBytes).Clear();
        *(uint*)_page = command;
        *(uint*)(_page + 4) = InterfaceVersion;
        *(ushort*)(_page + 8) = (ushort)domain;
        ulong* call = stackalloc ulong[6] { DomainControlCall, (ulong)_page, 0, 0, 0, 0 };
        Libc.Check(Libc.Control(_device, Hypercall, call), $"domctl {command} of domain {domain}");
    }
}
