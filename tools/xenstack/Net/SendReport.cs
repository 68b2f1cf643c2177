namespace XenStack.Tool;

/// <summary>A datagram that was sent, as it is printed.</summary>
internal sealed record SendReport(string Target, string Mac, int Port, int Bytes);
