namespace Xen.Checks.Events;

/// <summary>What is wrong with the guest of a <see cref="FifoDialogue"/>.</summary>
internal enum FifoDefect
{
    None,

    /// <summary>It changes event words by a load and a store.</summary>
    TornExchange,

    /// <summary>It does not have Xen raise again what came while a port was masked.</summary>
    XenIsNotAsked,
}
