namespace Xen.Grants;

/// <summary>What a reference is used for.</summary>
internal enum ReferenceState : byte
{
    /// <summary>Xen's or the toolstack's: never handed out (R20).</summary>
    Reserved,

    /// <summary>In the free list.</summary>
    Free,

    /// <summary>Granted.</summary>
    Granted,

    /// <summary>Its end was asked for while the peer used it (R7).</summary>
    Quarantined,
}
