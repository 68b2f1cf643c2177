using System.Globalization;
using Microsoft.Extensions.Logging;
using Xen.Hosting;
using Xen.Store;

namespace Unikernel;

/// <summary>
/// Does what somebody with access to this guest's xenstore writes into <c>data/command</c>: <c>write DISK SEED MIB</c>, <c>verify DISK SEED MIB</c>,
/// <c>time</c>, <c>memory</c>. The answer is in <c>data/answer</c> before the command is cleared.
/// </summary>
internal sealed class CommandService(Guest guest, DiskService disks, ILogger logger)
{
    public const string CommandKey = "data/command";
    public const string AnswerKey = "data/answer";

    private const int MaxMebibytes = 1 << 20;

    private readonly long _start = guest.TimeProvider.GetTimestamp();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using StoreWatch watch = await guest.Store.WatchAsync(CommandKey, cancellationToken);
        while (true)
        {
            await watch.WaitAsync(cancellationToken);
            if (await guest.Store.TryReadTextAsync(CommandKey, cancellationToken) is not { Length: > 0 } command)
            {
                continue;
            }

            string answer = await AnswerAsync(command, cancellationToken);
            Log.CommandDone(logger, command, answer);
            await guest.Store.WriteAsync(AnswerKey, answer, cancellationToken);
            await guest.Store.WriteAsync(CommandKey, "", cancellationToken);
        }
    }

    private async Task<string> AnswerAsync(string command, CancellationToken cancellationToken)
    {
        try
        {
            return $"ok {await RunAsync(command.Split(' '), cancellationToken)}";
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or FormatException)
        {
            return $"failed: {exception.Message}";
        }
    }

    private async Task<string> RunAsync(string[] words, CancellationToken cancellationToken) => words switch
    {
        ["write", var disk, var seed, var mebibytes] => await disks.WriteAsync(disk, Seed(seed), Mebibytes(mebibytes), cancellationToken),
        ["verify", var disk, var seed, var mebibytes] => await disks.VerifyAsync(disk, Seed(seed), Mebibytes(mebibytes), cancellationToken),
        ["time"] => Time(),
        ["memory"] => Memory(),
        _ => throw new FormatException("expected 'write DISK SEED MIB', 'verify DISK SEED MIB', 'time' or 'memory'"),
    };

    // Since 1970, and since the start: the wall clock and the monotonic one.
    private string Time() => string.Create(
        CultureInfo.InvariantCulture,
        $"{guest.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds()} ms, up {(long)guest.TimeProvider.GetElapsedTime(_start).TotalMilliseconds} ms");

    // What is still reachable, what the process has of the machine, and what others can reach of it.
    private string Memory()
    {
        long managed = GC.GetTotalMemory(forceFullCollection: true);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{managed >> 10} KiB managed, {Environment.WorkingSet >> 10} KiB in use, {guest.Ports.Grants.Capacity.InUse} pages granted");
    }

    private static ulong Seed(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
        ? seed
        : throw new FormatException($"SEED is '{text}': expected a whole number");

    private static int Mebibytes(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is > 0 and <= MaxMebibytes
        ? count
        : throw new FormatException($"MIB is '{text}': expected a whole number from 1 to {MaxMebibytes}");
}
