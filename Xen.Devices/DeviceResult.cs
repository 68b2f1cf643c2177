namespace Xen.Devices;

/// <summary>The outcome of a device operation: what a caller must expect, as a value.</summary>
/// <param name="Status">What happened.</param>
/// <param name="Detail">A number whose meaning <paramref name="Status"/> gives.</param>
public readonly record struct DeviceResult(DeviceStatus Status, int Detail)
{
    /// <summary>Done.</summary>
    public static DeviceResult Success => default;

    /// <summary>True when the operation was done.</summary>
    public bool IsSuccess => Status == DeviceStatus.Success;

    /// <summary>Throws when the operation was not done.</summary>
    /// <exception cref="IOException">It was not; the message names the status and the detail.</exception>
    public void ThrowIfFailed()
    {
        if (!IsSuccess)
        {
            throw new IOException($"The device operation failed: {this}.");
        }
    }

    /// <inheritdoc />
    public override string ToString() => Detail == 0 ? Status.ToString() : $"{Status} ({Detail})";
}
