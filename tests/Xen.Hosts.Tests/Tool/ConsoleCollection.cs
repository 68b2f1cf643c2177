namespace Xen.Hosts.Tests.Tool;

/// <summary>Tests that put their own writers in the place of the process's console: never beside others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ConsoleCollection
{
    public const string Name = "console";
}
