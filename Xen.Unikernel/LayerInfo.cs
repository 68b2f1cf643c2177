using System.Runtime.InteropServices;

namespace Xen.Unikernel;

/// <summary><c>struct unikernel_info</c>: what does not change while the guest runs.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LayerInfo
{
    public ulong StartInfo;
    public ulong WindowFirstFrame;
    public ulong WindowFrames;
    public ulong ConsoleFrame;
    public uint ConsolePort;
    public uint IsXen;
    public ulong DirectBase;

    public static unsafe LayerInfo Read()
    {
        LayerInfo result;
        Layer.GetInfo(&result);
        return result;
    }
}
