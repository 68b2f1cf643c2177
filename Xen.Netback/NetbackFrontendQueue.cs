using Xen.Grants;

namespace Xen.Netback;

/// <summary>One queue of a front end, as its keys say.</summary>
/// <param name="TransmitRing">The transmit ring's page.</param>
/// <param name="ReceiveRing">The receive ring's page.</param>
/// <param name="TransmitPort">The transmit ring's port.</param>
/// <param name="ReceivePort">The receive ring's port; the same unless split.</param>
internal readonly record struct NetbackFrontendQueue(GrantRef TransmitRing, GrantRef ReceiveRing, uint TransmitPort, uint ReceivePort);
