using System.Globalization;

namespace XenStack.Tool;

/// <summary>A line on the error stream that grows while something takes longer than a second. Nothing when the stream is not a terminal.</summary>
/// <param name="what">What is being done.</param>
/// <param name="total">How many bytes it will be.</param>
internal sealed class Progress(string what, long total) : IDisposable
{
    private readonly long _start = Environment.TickCount64;
    private long _shown;
    private long _done;

    public void Advance(long bytes)
    {
        _done += bytes;
        long now = Environment.TickCount64;
        if (Console.IsErrorRedirected || now - _start < 1000 || now - _shown < 200)
        {
            return;
        }

        _shown = now;
        double percent = total == 0 ? 100 : 100.0 * _done / total;
        Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{what}: {_done >> 20} of {total >> 20} MiB, {percent:F0} %   "));
    }

    public void Dispose()
    {
        if (_shown != 0)
        {
            Console.Error.WriteLine();
        }
    }
}
