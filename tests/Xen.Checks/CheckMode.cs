namespace Xen.Checks;

/// <summary>How a check is to be fed.</summary>
public enum CheckMode
{
    /// <summary>With seeds or lists of choices: as many runs as there is time for.</summary>
    Seeded,

    /// <summary>With every sequence of choices: few enough for all of them.</summary>
    Exhaustive,
}
