namespace Xen.Hosts.Tests.Unikernel;

/// <summary>A fact about a repository of git. Without git it is skipped visibly, except in CI.</summary>
public sealed class GitFactAttribute : FactAttribute
{
    public GitFactAttribute() => Skip = GitFolder.Skip;
}
