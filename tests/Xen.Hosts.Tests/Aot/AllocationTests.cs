using Xen.Checks.Allocation;

namespace Xen.Hosts.Tests.Aot;

/// <summary>No data path allocates in the steady state, as compiled just in time without tiers; <see cref="AotTests"/> asks the same of the native image.</summary>
public class AllocationTests
{
    private const int Operations = 100_000;

    public static TheoryData<string> All() => new(AllocationList.All.Select(check => check.Name));

    [Theory]
    [MemberData(nameof(All))]
    public void Nothing_is_allocated(string name) => AllocationList.Named(name).Run(Operations);
}
