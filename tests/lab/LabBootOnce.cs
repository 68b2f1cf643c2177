namespace Xen.Lab.Tests;

/// <summary>The classes that ask about the one boot; they run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class LabBootOnce : ICollectionFixture<LabBoot>
{
    internal const string Name = "lab";
}
