using System.Diagnostics;
using System.Globalization;

namespace Xen.Speed.Generator;

/// <summary>
/// The generator that both guests run: takes an order, does it, answers with a line of numbers. An order is <c>o NUMBER VERB ARGUMENT…</c>, an
/// answer <c>a NUMBER …</c>; one that is given twice is done once.
/// </summary>
internal sealed class Agent(ISpeedNetwork network, ISpeedDisk disk)
{
    private string _lastNumber = "";
    private string _lastAnswer = "";

    public async Task RunAsync()
    {
        bool isOver = false;
        while (!isOver)
        {
            string[] words = (await network.NextOrderAsync()).Split(' ');
            if (words[1] != _lastNumber)
            {
                _lastNumber = words[1];
                _lastAnswer = $"a {words[1]} {await DoAsync(words[2..])}";
            }

            isOver = words[2] == "end";
            await network.AnswerAsync(_lastAnswer);
        }
    }

    private async ValueTask<string> DoAsync(string[] words)
    {
        switch (words)
        {
            case ["send", var bytes, var count]:
                return Microseconds(await TimeAsync(() => network.SendAsync(Number(bytes), Number(count))));
            case ["read" or "write", var bytes, var depth, var count]:
                return Microseconds(await TimeAsync(() => disk.RunAsync(words[0] == "write", Number(bytes), Number(depth), Number(count))));
            case ["count"]:
                network.Received.Reset();
                return "0";
            case ["received"]:
                ReceiveCount received = network.Received;
                return string.Create(CultureInfo.InvariantCulture, $"{received.Count} {received.Timed} {Microseconds(received.Duration)}");
            case ["describe" or "end"]:
                return $"{network.Describe()}; {disk.Describe()}; {GC.GetTotalAllocatedBytes() >> 10} KiB allocated, {GC.CollectionCount(0)} collections";
            default:
                return "?";
        }
    }

    private static async ValueTask<TimeSpan> TimeAsync(Func<ValueTask> work)
    {
        long start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start);
    }

    private static string Microseconds(TimeSpan time) => time.TotalMicroseconds.ToString("F0", CultureInfo.InvariantCulture);

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
