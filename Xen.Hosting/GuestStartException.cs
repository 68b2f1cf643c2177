namespace Xen.Hosting;

/// <summary>A host could not start the guest: a device file is missing, an image cannot be opened. The message says what, where and what was expected.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="innerException">The cause.</param>
public sealed class GuestStartException(string message, Exception? innerException = null) : Exception(message, innerException);
