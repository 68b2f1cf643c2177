using System.Runtime.InteropServices;
using Xen.Unikernel;
using static Xen.UnikernelGuest.CheckRunner;

namespace Xen.UnikernelGuest;

/// <summary>The stacks that the processor takes for exceptions, by their number in its table: below each is a page that is not there.</summary>
internal static unsafe partial class TrapStacks
{
    private const int PageBytes = 4096;
    private const int MostPages = 4;
    // The first is that of interrupts, which holds one frame and no call.
    private const int First = 2;
    private const int PageFaults = 3;
    private const int Last = 6;

    public static void Check()
    {
        for (int number = First; number <= Last; number++)
        {
            Require(BottomOf(number) != 0, $"at most {MostPages} pages and a guard below them, for stack {number} at {Top(number):x}");
        }
    }

    /// <summary>A call with no room left for it, on the stack on which page faults come in.</summary>
    public static void Overflow()
    {
        nuint bottom = BottomOf(PageFaults);
        if (bottom != 0)
        {
            CallOn(bottom);
        }
    }

    // The image is where it was linked, so its addresses are physical ones.
    private static nuint BottomOf(int number)
    {
        nuint bottom = Top(number);
        byte[] one = new byte[1];
        for (int pages = 0; pages <= MostPages; pages++)
        {
            if (!new UnikernelMemory().TryRead(bottom - 1, one))
            {
                return pages == 0 ? 0 : bottom;
            }

            bottom -= PageBytes;
        }

        return 0;
    }

    [LibraryImport("smash", EntryPoint = "trap_stack_top")]
    private static partial nuint Top(int number);

    [LibraryImport("smash", EntryPoint = "call_on")]
    private static partial void CallOn(nuint stack);
}
