namespace Xen.Hosts.Tests.Unikernel;

/// <summary>A fact that builds a bare-metal image and boots it in an emulated machine. Without the tools it is skipped visibly, except in CI.</summary>
public sealed class QemuFactAttribute : FactAttribute
{
    public QemuFactAttribute() => Skip = Machine.Skip;
}
