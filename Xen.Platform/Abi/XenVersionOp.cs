namespace Xen.Platform.Abi;

/// <summary>Sub-operations of <c>xen_version</c> (<c>XENVER_*</c>).</summary>
public enum XenVersionOp
{
    /// <summary>Major in the upper half, minor in the lower.</summary>
    Version = 0,

    /// <summary>16 characters.</summary>
    ExtraVersion = 1,

    /// <summary>Argument <see cref="XenFeatureInfo"/>.</summary>
    GetFeatures = 6,

    /// <summary>Bytes in a page.</summary>
    PageSize = 7,
}
