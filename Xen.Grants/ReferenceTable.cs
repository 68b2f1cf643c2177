namespace Xen.Grants;

/// <summary>
/// The guest's side of the references: which are free, and what the others stand for. A free list in arrays, grown a frame at a time: no
/// garbage on the data path.
/// </summary>
internal sealed unsafe class ReferenceTable
{
    private const uint None = uint.MaxValue;

    private readonly int _maxFrames;
    private Entry[] _entries = [];
    private uint _free = None;
    private int _frames;

    public ReferenceTable(IGrantAbi abi, int maxFrames)
    {
        Abi = abi;
        _maxFrames = maxFrames;
    }

    /// <summary>The entries that Xen sees.</summary>
    public IGrantAbi Abi { get; private set; }

    /// <summary>References that can be handed out, at the table's limit.</summary>
    public int Total => (_maxFrames * Abi.EntriesPerFrame) - (int)GrantRef.FirstFree;

    public int InUse { get; private set; }

    public int Quarantined { get; private set; }

    public int Count => _entries.Length;

    public ReferenceState StateOf(uint reference) => reference < (uint)_entries.Length ? _entries[reference].State : ReferenceState.Reserved;

    public byte* PageOf(uint reference) => (byte*)_entries[reference].Page;

    /// <summary>Takes a free reference for a page, growing the table where that is needed.</summary>
    public bool TryTake(byte* page, out uint reference)
    {
        reference = _free;
        if (reference == None)
        {
            if (!TryGrow())
            {
                return false;
            }

            reference = _free;
        }

        ref Entry entry = ref _entries[reference];
        _free = entry.NextFree;
        entry.State = ReferenceState.Granted;
        entry.Page = (nint)page;
        InUse++;
        return true;
    }

    /// <summary>Puts a reference back that is revoked.</summary>
    public void Give(uint reference)
    {
        ref Entry entry = ref _entries[reference];
        Quarantined -= entry.State == ReferenceState.Quarantined ? 1 : 0;
        entry = new Entry { State = ReferenceState.Free, NextFree = _free };
        _free = reference;
        InUse--;
    }

    public void Quarantine(uint reference)
    {
        _entries[reference].State = ReferenceState.Quarantined;
        Quarantined++;
    }

    /// <summary>Everything free, nothing granted: after a resume, over entries that may be of another version.</summary>
    public void Reset(IGrantAbi abi)
    {
        Abi = abi;
        _entries = [];
        _free = None;
        _frames = 0;
        InUse = 0;
        Quarantined = 0;
    }

    private bool TryGrow()
    {
        if (_frames == _maxFrames || !Abi.TryAddFrame((uint)_frames))
        {
            return false;
        }

        int first = _entries.Length;
        _frames++;
        Array.Resize(ref _entries, _frames * Abi.EntriesPerFrame);
        // From the top, so that the lowest reference is taken first. 0 to 7 stay reserved.
        for (int i = _entries.Length - 1; i >= Math.Max(first, (int)GrantRef.FirstFree); i--)
        {
            _entries[i] = new Entry { State = ReferenceState.Free, NextFree = _free };
            _free = (uint)i;
        }

        return true;
    }

    private struct Entry
    {
        public nint Page;
        public uint NextFree;
        public ReferenceState State;
    }
}
