using Xen.Unikernel;

namespace Xen.UnikernelGuest;

/// <summary>A page of the frame numbers that are for pages of Xen and of other domains, with nothing behind it. Without Xen one behind all memory.</summary>
internal static unsafe class Window
{
    private const ulong FrameWithoutXen = 1UL << 26;

    public static byte* Show() => Layer.ShowFrames(Frame(), 1);

    public static void Hide() => Layer.HideFrames(Frame(), 1);

    private static ulong Frame()
    {
        LayerInfo info = LayerInfo.Read();
        return info.WindowFrames == 0 ? FrameWithoutXen : info.WindowFirstFrame + info.WindowFrames - 1;
    }
}
