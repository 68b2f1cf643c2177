using Xen.Checks;

namespace Xen.Hosts.Tests.Hosting;

/// <summary>The checks of hosting, with seeds.</summary>
public class ExitCheckTests
{
    private const int Seeds = 300;

    public static TheoryData<string> All() =>
        new(CheckList.All.Where(check => check.Name.StartsWith("hosting/", StringComparison.Ordinal)).Select(check => check.Name));

    [Theory]
    [MemberData(nameof(All))]
    public void Holds(string name) => Assert.NotEqual(0, CheckRunner.Run(CheckList.Named(name), 1, Seeds));
}
