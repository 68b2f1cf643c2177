using System.IO.Pipelines;

namespace Xen.Devices;

/// <summary>
/// A console: bytes in and bytes out. A peer that does not read makes the writer's flush wait, and nothing else.
/// All members are called on the guest's scheduler.
/// </summary>
public interface IConsole : IDuplexPipe, IAsyncDisposable
{
    /// <summary>What messages call it.</summary>
    string Name { get; }

    /// <summary>What it has carried.</summary>
    ConsoleStatistics Statistics { get; }

    /// <summary>Waits until the peer has taken every byte that was flushed.</summary>
    /// <param name="timeout">How long at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when the time was over first, or the console ended.</returns>
    ValueTask<bool> DrainAsync(TimeSpan timeout, CancellationToken cancellationToken = default);
}
