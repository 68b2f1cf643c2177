namespace Xen.Hosts.Tests.Unikernel;

/// <summary>The same as <see cref="GitFactAttribute"/>, for a theory.</summary>
public sealed class GitTheoryAttribute : TheoryAttribute
{
    public GitTheoryAttribute() => Skip = GitFactAttribute.Missing;
}
