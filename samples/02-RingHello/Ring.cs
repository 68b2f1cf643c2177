using Xen.Grants;
using Xen.Rings;

/// <summary>Makes the two ends of a ring of questions (32 bits) and answers (64 bits).</summary>
internal static unsafe class Ring
{
    public static FrontRing<uint, ulong, DirectMemory> Front(GrantedPages page)
    {
        RingPage.Initialize<DirectMemory>(page.Address);
        return new FrontRing<uint, ulong, DirectMemory>(page.Address, page.Length);
    }

    public static BackRing<uint, ulong, DirectMemory> Back(MappedGrants page) => new(page.Address, page.Length);
}
