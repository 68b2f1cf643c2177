namespace Xen.Hosts.Tests.Unikernel;

/// <summary>A theory about a repository of git, as <see cref="GitFactAttribute"/> is a fact.</summary>
public sealed class GitTheoryAttribute : TheoryAttribute
{
    public GitTheoryAttribute() => Skip = GitFolder.Skip;
}
