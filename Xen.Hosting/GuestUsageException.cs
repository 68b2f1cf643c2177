namespace Xen.Hosting;

/// <summary>A command line that cannot be understood. The message says which word, and what was expected.</summary>
/// <param name="message">What is wrong.</param>
public sealed class GuestUsageException(string message) : Exception(message);
