namespace XenStack.Tool;

/// <summary>How a series of pings went, as it is printed.</summary>
internal sealed record PingReport(string Target, string Mac, int Sent, int Answered, double MinimumMicroseconds, double MedianMicroseconds, double MaximumMicroseconds);
