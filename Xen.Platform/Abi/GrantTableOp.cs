namespace Xen.Platform.Abi;

/// <summary>Sub-operations of <c>grant_table_op</c> (<c>GNTTABOP_*</c>). Their argument is an array.</summary>
public enum GrantTableOp
{
    /// <summary>Argument <see cref="GnttabMapGrantRef"/>.</summary>
    MapGrantRef = 0,

    /// <summary>Argument <see cref="GnttabUnmapGrantRef"/>.</summary>
    UnmapGrantRef = 1,

    /// <summary>Argument <see cref="GnttabSetupTable"/>.</summary>
    SetupTable = 2,

    /// <summary>Argument <see cref="GnttabCopy"/>.</summary>
    Copy = 5,

    /// <summary>Argument <see cref="GnttabQuerySize"/>.</summary>
    QuerySize = 6,

    /// <summary>Argument <see cref="GnttabSetVersion"/>.</summary>
    SetVersion = 8,

    /// <summary>Argument <see cref="GnttabGetStatusFrames"/>.</summary>
    GetStatusFrames = 9,

    /// <summary>Argument <see cref="GnttabGetVersion"/>.</summary>
    GetVersion = 10,
}
