namespace Xen.Platform.Abi;

/// <summary>What the toolstack tells a guest at its birth, and the guest tells Xen (<c>HVM_PARAM_*</c>).</summary>
public enum HvmParam : uint
{
    /// <summary>How upcalls are delivered.</summary>
    CallbackIrq = 0,

    /// <summary>Frame of the xenstore ring.</summary>
    StorePfn = 1,

    /// <summary>Port of the xenstore ring.</summary>
    StoreEvtchn = 2,

    /// <summary>Frame of the console ring.</summary>
    ConsolePfn = 17,

    /// <summary>Port of the console ring.</summary>
    ConsoleEvtchn = 18,
}
