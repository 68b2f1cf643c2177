namespace Xen.Platform.Abi;

/// <summary>Sub-operations of <c>vcpu_op</c> (<c>VCPUOP_*</c>).</summary>
public enum VcpuOp
{
    /// <summary>1 when the processor runs.</summary>
    IsUp = 3,

    /// <summary>Argument <see cref="VcpuSetSingleshotTimer"/>.</summary>
    SetSingleshotTimer = 8,

    /// <summary>No argument.</summary>
    StopSingleshotTimer = 9,

    /// <summary>Argument <see cref="VcpuRegisterVcpuInfo"/>.</summary>
    RegisterVcpuInfo = 10,
}
