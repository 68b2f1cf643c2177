using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Xen.Linux;

/// <summary>How a <see cref="LinuxGuest"/> is opened.</summary>
public sealed record LinuxGuestOptions
{
    /// <summary>
    /// The path of xenstored's socket, for programs beside the daemon; <see langword="null"/>, the default, is <c>/dev/xen/xenbus</c>, which every
    /// guest has.
    /// </summary>
    public string? StoreSocketPath { get; init; }

    /// <summary>Where the guest's drivers log. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;
}
