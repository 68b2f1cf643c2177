using System.Globalization;
using System.Text;
using Xen.Devices;
using Xen.Hosting;

namespace Xen.UnikernelGuest;

/// <summary>A guest that has taken its console 0: what it does with it is seen by whoever looks at it from outside.</summary>
internal static class ConsoleVerbs
{
    private const int LineLength = 64;

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    public static Task<int> RunAsync(string name, string[] words) =>
        XenGuest.RunAsync([], guest => RunAsync(guest, name, words), new GuestSettings { ShutdownGrace = Short, ExitDeadline = Short });

    private static async Task RunAsync(Guest guest, string name, string[] words)
    {
        IConsole console = guest.Console!;
        await SayAsync(console, $"console 0 is the program's, for '{name}'");
        switch (name)
        {
            case "echo": await EchoAsync(console); break;
            case "flood": await FloodAsync(console, Number(words[0])); break;
            case "mixed": await MixedAsync(console, Number(words[0])); break;
            case "burst": Burst(Number(words[0])); break;
            case "chatter": Chatter(); break;
            case "fail": await SayAsync(console, "the last line"); throw new InvalidOperationException("the main task fails");
            case "throw": await ThrowAsync(console, Number(words[0])); break;
            case "throw-thread": await ThrowThreadAsync(console, Number(words[0])); break;
            case "fail-fast": Environment.FailFast("this is the end"); break;
            case "violate": Violations.Commit(words[0]); break;
            default: throw new ArgumentException($"no such verb: {name}");
        }
    }

    // Each line that is typed comes back, until one is "end".
    private static async Task EchoAsync(IConsole console)
    {
        using var reader = new StreamReader(console.Input.AsStream(leaveOpen: true));
        while (await reader.ReadLineAsync() is { } line && line != "end")
        {
            await SayAsync(console, $"echo {line}");
        }

        await SayAsync(console, "the echo has ended");
    }

    private static async Task FloodAsync(IConsole console, int lines)
    {
        for (int i = 0; i < lines; i++)
        {
            await SayAsync(console, Line("pipe", i));
        }
    }

    // Both ways at once, from two threads: each in its order, and no line in two pieces.
    private static async Task MixedAsync(IConsole console, int lines)
    {
        var writer = new Thread(() => Burst(lines));
        writer.Start();
        await FloodAsync(console, lines);
        writer.Join();
    }

    // Written by the thread that drives the console, if it is that of the guest: what the layer does not hold is dropped, and nobody waits.
    private static void Burst(int lines)
    {
        for (int i = 0; i < lines; i++)
        {
            System.Console.WriteLine(Line("text", i));
        }
    }

    // A thread that writes faster than the daemon reads, also while the guest ends.
    private static void Chatter()
    {
        var writer = new Thread(() => Burst(int.MaxValue)) { IsBackground = true };
        writer.Start();
        Thread.Sleep(100);
    }

    // Nobody's task: it goes through the guest's own thread.
    private static async Task ThrowAsync(IConsole console, int lines)
    {
        Send(console, lines);
        SynchronizationContext.Current!.Post(static _ => Deep(40), null);
        await Task.Delay(Timeout.Infinite);
    }

    private static async Task ThrowThreadAsync(IConsole console, int lines)
    {
        Send(console, lines);
        new Thread(static () => Deep(200)).Start();
        await Task.Delay(Timeout.Infinite);
    }

    // More than the ring holds, and not waited for.
    private static void Send(IConsole console, int lines)
    {
        string text = string.Join('\n', Enumerable.Range(0, lines).Select(static i => Line("pipe", i)));
        _ = SayAsync(console, text);
    }

    private static int Deep(int depth) => depth == 0 ? throw new InvalidOperationException("nobody catches this") : Deep(depth - 1) + depth;

    private static string Line(string source, int number) => $"{source} {number:D5} ".PadRight(LineLength - 1, '.');

    private static async Task SayAsync(IConsole console, string line) => await console.Output.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
