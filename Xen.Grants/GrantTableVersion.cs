namespace Xen.Grants;

/// <summary>The layout of a grant table (xen-protocols 1.6).</summary>
public enum GrantTableVersion
{
    /// <summary>Entries of 8 bytes, 512 in a frame, with 32-bit frame numbers: memory up to 16 TiB. Every Xen has it.</summary>
    V1 = 1,

    /// <summary>Entries of 16 bytes, 256 in a frame, with 64-bit frame numbers, and frames of their own for Xen's marks.</summary>
    V2 = 2,
}
