using System.Globalization;
using System.Runtime.InteropServices;

namespace Xen.UnikernelGuest;

/// <summary>System calls that no layer knows, each more than once: what came of them, line by line.</summary>
internal static class UnknownCalls
{
    public static int Make()
    {
        foreach (int number in (ReadOnlySpan<int>)[500, 500, 511, 512, 512, 513, 100_000, 512])
        {
            nint result = LinuxCalls.Call(number);
            System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"call {number}: {result}, error {Marshal.GetLastPInvokeError()}"));
        }

        return 0;
    }
}
