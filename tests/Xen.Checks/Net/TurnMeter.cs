using Xen.Platform;

namespace Xen.Checks.Net;

/// <summary>How many slots of a ring one turn of a guest's scheduler takes, when its peer adds more as fast as it takes them.</summary>
internal sealed class TurnMeter : IDispatchObserver
{
    /// <summary>No turn that ends takes this many: the peer gives up, so that one that does not end does.</summary>
    public const int Enough = 8_000;

    private int _ofTurn;

    /// <summary>The most slots of one turn.</summary>
    public int Most { get; private set; }

    /// <summary>The slots of all turns.</summary>
    public int Total { get; private set; }

    public void Add(int slots)
    {
        Total += slots;
        _ofTurn += slots;
        Most = Math.Max(Most, _ofTurn);
    }

    void IDispatchObserver.Entering() => _ofTurn = 0;

    void IDispatchObserver.Leaving()
    {
    }
}
