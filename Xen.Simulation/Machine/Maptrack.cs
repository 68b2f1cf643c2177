namespace Xen.Simulation.Machine;

/// <summary>The mappings of one domain, by handle; bounded.</summary>
internal sealed class Maptrack
{
    public const int Limit = 65536;
    public const int None = -1;

    private Mapping[] _mappings = new Mapping[64];
    private int _free = None;
    private int _used;

    /// <summary>Handles that have ever been given out.</summary>
    public int Count => _used;

    public ref Mapping this[int handle] => ref _mappings[handle];

    public bool IsUsed(uint handle) => handle < (uint)_used && _mappings[handle].IsUsed;

    /// <summary>Takes a handle, or <see cref="None"/>.</summary>
    public int Take()
    {
        if (_free != None)
        {
            int handle = _free;
            _free = _mappings[handle].NextFree;
            return handle;
        }

        if (_used == Limit)
        {
            return None;
        }

        if (_used == _mappings.Length)
        {
            Array.Resize(ref _mappings, _used * 2);
        }

        return _used++;
    }

    public void Give(int handle)
    {
        _mappings[handle] = new Mapping { NextFree = _free };
        _free = handle;
    }
}
