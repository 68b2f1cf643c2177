namespace Xen.Grants;

/// <summary>
/// A grant reference: an index into the granting domain's grant table. 0 is a valid one (the console's), so "no reference" is
/// <see langword="null"/> or a separate flag, never 0 (R20).
/// </summary>
/// <param name="Value">The index, as written into rings and xenstore.</param>
public readonly record struct GrantRef(uint Value)
{
    /// <summary>References 0 to 7 belong to the toolstack; a guest never hands them out (R20).</summary>
    public const uint FirstFree = 8;

    /// <inheritdoc />
    public override string ToString() => $"gref {Value}";
}
