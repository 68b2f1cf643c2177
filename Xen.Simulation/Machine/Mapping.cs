namespace Xen.Simulation.Machine;

/// <summary>A grant that a domain has mapped: what a handle stands for.</summary>
internal struct Mapping
{
    public ushort Granter;
    public uint Ref;
    public int Generation;
    public int ForeignIndex;
    public bool IsWritable;
    public bool IsUsed;
    public int NextFree;
}
