using Xen.Rings;

namespace Xen.Console;

/// <summary>Takes an end of a console ring.</summary>
public static unsafe class ConsoleProtocols
{
    /// <summary>The guest's end.</summary>
    /// <typeparam name="TMemory">How to reach the page.</typeparam>
    /// <param name="page">The console page.</param>
    /// <param name="longestPoll">The longest <see cref="ConsoleProtocol{TMemory}.PollDelay"/>.</param>
    public static ConsoleProtocol<TMemory> Front<TMemory>(byte* page, TimeSpan longestPoll)
        where TMemory : struct, ISharedMemory =>
        new(XenconsRings.FrontWriter<TMemory>(page), XenconsRings.FrontReader<TMemory>(page), XenconsInterface.OutSize, longestPoll);

    /// <summary>The daemon's end.</summary>
    /// <typeparam name="TMemory">How to reach the page.</typeparam>
    /// <param name="page">The console page.</param>
    /// <param name="longestPoll">The longest <see cref="ConsoleProtocol{TMemory}.PollDelay"/>.</param>
    public static ConsoleProtocol<TMemory> Back<TMemory>(byte* page, TimeSpan longestPoll)
        where TMemory : struct, ISharedMemory =>
        new(XenconsRings.BackWriter<TMemory>(page), XenconsRings.BackReader<TMemory>(page), XenconsInterface.InSize, longestPoll);
}
