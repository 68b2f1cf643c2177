namespace Xen.UnikernelGuest;

/// <summary>What a check expected and did not find.</summary>
internal sealed class CheckFailedException(string expected) : Exception($"expected: {expected}");
