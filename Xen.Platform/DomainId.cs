namespace Xen.Platform;

/// <summary>A domain's number. Guests are 0 to <see cref="MaxGuest"/>; the rest have a meaning of their own (xen-protocols 1.2).</summary>
/// <param name="Value">The number as Xen writes it: 16 bits.</param>
public readonly record struct DomainId(ushort Value) : IComparable<DomainId>
{
    /// <summary>The highest number a domain can have (<c>DOMID_FIRST_RESERVED - 1</c>).</summary>
    public const ushort MaxGuest = 0x7FEF;

    /// <summary>The control domain of most hosts.</summary>
    public static DomainId Zero => new(0);

    /// <summary>The calling domain (<c>DOMID_SELF</c>).</summary>
    public static DomainId Self => new(0x7FF0);

    /// <summary>The hypervisor itself (<c>DOMID_XEN</c>).</summary>
    public static DomainId Xen => new(0x7FF2);

    /// <summary>No domain (<c>DOMID_INVALID</c>).</summary>
    public static DomainId Invalid => new(0x7FF4);

    /// <summary>True for a number that a real domain can have.</summary>
    public bool IsGuest => Value <= MaxGuest;

    /// <inheritdoc />
    public int CompareTo(DomainId other) => Value.CompareTo(other.Value);

    /// <summary>Orders by number.</summary>
    public static bool operator <(DomainId left, DomainId right) => left.Value < right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator >(DomainId left, DomainId right) => left.Value > right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator <=(DomainId left, DomainId right) => left.Value <= right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator >=(DomainId left, DomainId right) => left.Value >= right.Value;

    /// <inheritdoc />
    public override string ToString() => Value switch
    {
        0x7FF0 => "dom-self",
        0x7FF2 => "dom-xen",
        0x7FF4 => "dom-invalid",
        _ => $"dom{Value}",
    };
}
