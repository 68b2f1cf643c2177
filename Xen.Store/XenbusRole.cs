namespace Xen.Store;

/// <summary>Which end of a device.</summary>
public enum XenbusRole
{
    /// <summary>The end that uses the device: waits for an offer, sets the rings up, is connected to.</summary>
    Frontend,

    /// <summary>The end that serves the device: offers, waits for the rings, connects.</summary>
    Backend,
}
