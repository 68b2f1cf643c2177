namespace Xen.Hosts.Tests.Unikernel;

/// <summary>The same as <see cref="QemuFactAttribute"/>, for a theory.</summary>
public sealed class QemuTheoryAttribute : TheoryAttribute
{
    public QemuTheoryAttribute() => Skip = Machine.Skip;
}
