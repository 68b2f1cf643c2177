namespace Xen.Simulation.Machine;

/// <summary>Xen's side of a grant reference: who holds it now, and which page that means, whatever the guest writes into its entry meanwhile.</summary>
internal unsafe struct ActiveGrant
{
    public byte* Page;
    public (int First, int Length) Part;
    public int Readers;
    public int Writers;
    public ushort Domain;

    public readonly bool IsIdle => Readers == 0 && Writers == 0;
}
