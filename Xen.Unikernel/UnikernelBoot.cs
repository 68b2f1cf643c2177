using Xen.Platform;

namespace Xen.Unikernel;

/// <summary>What the loader handed over, read with the product's own reader: the layer has read only what it needs itself.</summary>
internal static class UnikernelBoot
{
    private static PvhBoot? _boot;

    /// <exception cref="InvalidDataException">Something of it is not as the specification says.</exception>
    public static PvhBoot Read() => _boot ??= PvhBoot.Read(new UnikernelMemory(), LayerInfo.Read().StartInfo);
}
