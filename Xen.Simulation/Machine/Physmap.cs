namespace Xen.Simulation.Machine;

/// <summary>
/// What is behind each guest frame of a domain: its memory, the frames that Xen shares with it, and pages of others.
/// Each domain numbers its frames from another base, so that a frame of one is never by chance a frame of the other.
/// </summary>
internal sealed unsafe class Physmap : IDisposable
{
    public const int SpecialFrames = 4096;
    public const int ForeignFrames = 65536;

    private readonly nint[] _special = new nint[SpecialFrames];

    public Physmap(string name, int domain, int pageCount, int bootPages, ulong firstFrame)
    {
        FreePages = pageCount;
        Memory = new HostMemory(name, pageCount + bootPages);
        Foreign = new ForeignWindow(ForeignFrames);
        FirstFrame = firstFrame + ((ulong)(domain & 0xFF) << 20);
        FirstSpecial = FirstFrame + (1 << 18);
        FirstForeign = FirstFrame + (1 << 19);
    }

    /// <summary>All of the domain's memory; what the toolstack left in it lies at its end.</summary>
    public HostMemory Memory { get; }

    /// <summary>Pages before that.</summary>
    public int FreePages { get; }

    public ForeignWindow Foreign { get; }

    public ulong FirstFrame { get; }

    public ulong FirstSpecial { get; }

    public ulong FirstForeign { get; }

    public ulong LastFrame => FirstForeign + ForeignFrames - 1;

    /// <summary>The host's page behind one of the domain's own frames; null for any other.</summary>
    public byte* OwnPage(ulong frame)
    {
        ulong index = frame - FirstFrame;
        return index < (ulong)Memory.PageCount ? Memory.Page((int)index) : null;
    }

    /// <summary>The frame of an address in the domain's own memory.</summary>
    public bool TryFrameOf(byte* address, out ulong frame)
    {
        int index = Memory.IndexOf(address);
        frame = FirstFrame + (ulong)index;
        return index >= 0;
    }

    public bool TrySpecial(ulong frame, out int index)
    {
        ulong offset = frame - FirstSpecial;
        index = (int)offset;
        return offset < SpecialFrames;
    }

    public bool TryForeign(ulong frame, out int index)
    {
        ulong offset = frame - FirstForeign;
        index = (int)offset;
        return offset < ForeignFrames;
    }

    public byte* SpecialPage(int index) => (byte*)_special[index];

    public void PlaceSpecial(int index, byte* page) => _special[index] = (nint)page;

    /// <summary>Xen takes a page of its own back: it is nowhere any more.</summary>
    public void RemoveSpecial(byte* page) => _special.AsSpan().Replace((nint)page, 0);

    public void Dispose()
    {
        Foreign.Dispose();
        Memory.Dispose();
    }
}
