namespace Xen.Platform.Abi;

/// <summary>Sub-operations of <c>hvm_op</c> (<c>HVMOP_*</c>).</summary>
public enum HvmOp
{
    /// <summary>Argument <see cref="XenHvmParam"/>.</summary>
    SetParam = 0,

    /// <summary>Argument <see cref="XenHvmParam"/>.</summary>
    GetParam = 1,
}
