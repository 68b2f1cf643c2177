namespace Xen.Platform;

/// <summary>What an option of the command line takes.</summary>
public enum BootOptionValue
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A decimal number.</summary>
    Number,

    /// <summary>Bytes: a decimal number with K, M or G (of 1,024) behind it, or without.</summary>
    Size,

    /// <summary>Any text.</summary>
    Text,
}
