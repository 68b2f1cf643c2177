namespace Xen.Checks.Hosting;

/// <summary>How a main task ends.</summary>
internal enum MainKind
{
    /// <summary>By itself.</summary>
    EndsAlone,

    /// <summary>It fails by itself.</summary>
    Fails,

    /// <summary>By what it awaits with the guest's token.</summary>
    WaitsForToken,

    /// <summary>Never.</summary>
    IgnoresToken,

    /// <summary>By itself, cancelled by a token of its own.</summary>
    CancelsItself,
}
