namespace Xen.Platform.Abi;

/// <summary>Virtual interrupts (<c>VIRQ_*</c>).</summary>
public enum Virq : uint
{
    /// <summary>The processor's timer.</summary>
    Timer = 0,

    /// <summary>Asks for a dump.</summary>
    Debug = 1,

    /// <summary>Debug console input; dom0's.</summary>
    Console = 2,

    /// <summary>A domain changed its state; dom0's.</summary>
    DomExc = 3,
}
