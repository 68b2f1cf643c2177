using System.Globalization;
using System.Text;
using Xen.Platform;
using Xen.Unikernel;

namespace Xen.UnikernelGuest;

/// <summary>What the loader handed over, as the product's own reader finds it.</summary>
internal static class BootReport
{
    private const int SignatureBytes = 8;

    public static int Say()
    {
        PvhBoot boot = UnikernelBoot.Read();
        Say($"command line '{boot.CommandLine}'");
        MemoryMap map = boot.MemoryMap ?? MemoryMap.FromHypervisor(new UnikernelHypervisor(LayerInfo.Read()));
        Say($"memory map {(boot.MemoryMap is null ? "of Xen " : "")}with {map.Ram.Count} ranges of RAM");
        Say($"RSDP '{(boot.RsdpAddress == 0 ? "" : TextAt(boot.RsdpAddress, SignatureBytes))}'");
        foreach (PvhModule module in boot.Modules)
        {
            Say($"module '{module.CommandLine}' of {module.Size} bytes: '{TextAt(module.Address, (int)module.Size)}'");
        }

        return 0;
    }

    private static string TextAt(ulong address, int length)
    {
        byte[] bytes = new byte[length];
        return new UnikernelMemory().TryRead(address, bytes) ? Encoding.ASCII.GetString(bytes) : "not in memory";
    }

    private static void Say(FormattableString line) => System.Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
