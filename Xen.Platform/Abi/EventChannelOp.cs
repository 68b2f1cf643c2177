namespace Xen.Platform.Abi;

/// <summary>Sub-operations of <c>event_channel_op</c> (<c>EVTCHNOP_*</c>).</summary>
public enum EventChannelOp
{
    /// <summary>Argument <see cref="EvtchnBindInterdomain"/>.</summary>
    BindInterdomain = 0,

    /// <summary>Argument <see cref="EvtchnBindVirq"/>.</summary>
    BindVirq = 1,

    /// <summary>Argument <see cref="EvtchnPort"/>.</summary>
    Close = 3,

    /// <summary>Argument <see cref="EvtchnPort"/>.</summary>
    Send = 4,

    /// <summary>Argument <see cref="EvtchnStatus"/>.</summary>
    Status = 5,

    /// <summary>Argument <see cref="EvtchnAllocUnbound"/>.</summary>
    AllocUnbound = 6,

    /// <summary>Argument <see cref="EvtchnBindIpi"/>.</summary>
    BindIpi = 7,

    /// <summary>Argument <see cref="EvtchnBindVcpu"/>.</summary>
    BindVcpu = 8,

    /// <summary>Argument <see cref="EvtchnPort"/>.</summary>
    Unmask = 9,

    /// <summary>Argument <see cref="EvtchnReset"/>.</summary>
    Reset = 10,

    /// <summary>Argument <see cref="EvtchnInitControl"/>.</summary>
    InitControl = 11,

    /// <summary>Argument <see cref="EvtchnExpandArray"/>.</summary>
    ExpandArray = 12,

    /// <summary>Argument <see cref="EvtchnSetPriority"/>.</summary>
    SetPriority = 13,
}
