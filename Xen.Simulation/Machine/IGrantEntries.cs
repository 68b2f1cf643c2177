namespace Xen.Simulation.Machine;

/// <summary>The entries of a domain's grant table as the domain writes them, in one of the two versions.</summary>
internal unsafe interface IGrantEntries
{
    uint Version { get; }

    int PerFrame { get; }

    /// <summary>The word of an entry that holds its flags and, above them, the domain that is let in.</summary>
    uint Header(uint reference);

    ulong FrameOf(uint reference);

    /// <summary>Marks an entry used if it lets the domain in at that moment, and says which bytes of which frame it lets in. False when it does not.</summary>
    bool TryMark(uint reference, ushort grantee, bool isWrite, out ulong frame, out (int First, int Length) part);

    /// <summary>Takes marks away.</summary>
    void Unmark(uint reference, Xen.Platform.Abi.GrantEntryFlags marks);

    /// <summary>The marks of an entry.</summary>
    Xen.Platform.Abi.GrantEntryFlags MarksOf(uint reference);

    /// <summary>Writes an entry of the toolstack's.</summary>
    void Write(uint reference, uint header, Xen.Platform.Abi.GrantEntryFlags marks, ulong frame);
}
