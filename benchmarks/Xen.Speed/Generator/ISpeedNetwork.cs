namespace Xen.Speed.Generator;

/// <summary>An interface under test, as the agent uses it.</summary>
internal interface ISpeedNetwork
{
    /// <summary>What data came.</summary>
    ReceiveCount Received { get; }

    /// <summary>Waits for the next order; data that comes before it is counted.</summary>
    ValueTask<string> NextOrderAsync();

    /// <summary>Sends text to who gave the last order.</summary>
    ValueTask AnswerAsync(string text);

    /// <summary>Sends so many frames of so many bytes, headers included, to dom0's sink. Ends when the last one was handed to the interface.</summary>
    ValueTask SendAsync(int frameBytes, int count);

    /// <summary>Counters for people, in one line.</summary>
    string Describe();
}
