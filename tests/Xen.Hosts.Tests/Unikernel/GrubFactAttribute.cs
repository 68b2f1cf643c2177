using Xen.Checks;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>A fact that boots a bare-metal image through a real GRUB in an emulated machine. Without the tools it is skipped visibly, except in CI.</summary>
public sealed class GrubFactAttribute : FactAttribute
{
    private const string Missing = "needs grub-common and grub-pc-bin; ./test installs them when run as root.";

    public GrubFactAttribute() => Skip = Machine.Skip ?? ContinuousIntegration.SkipWithout(GrubDisk.IsThere ? null : Missing);
}
