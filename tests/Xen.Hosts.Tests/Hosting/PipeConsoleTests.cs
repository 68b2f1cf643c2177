using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Logging;
using Xen.Hosting;
using Xen.Platform;
using Xen.Store;

namespace Xen.Hosts.Tests.Hosting;

/// <summary>A host whose console is a pipe that is read on the guest's own queue: the log neither waits for it nor is lost at the end.</summary>
public class PipeConsoleTests
{
    private const int Lines = 500;
    private static readonly string Padding = new('.', 60);

    [Fact]
    public void The_log_of_an_orderly_end_arrives_complete_and_in_order()
    {
        using var host = new PipeHost(isRead: true);
        Assert.Equal(0, host.Run(Settings(), Logging));
        string[] lines = host.Console.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, Lines).Select(i => $"line {i}"), lines.Select(line => line[line.IndexOf("line", StringComparison.Ordinal)..]));
    }

    [Fact]
    public void A_console_that_nobody_reads_keeps_no_guest_and_what_it_loses_is_counted()
    {
        using var host = new PipeHost(isRead: false);
        long start = TimeProvider.System.GetTimestamp();
        GuestSettings settings = Settings() with { ExitDeadline = TimeSpan.FromSeconds(0.2) };
        Assert.Equal(0, host.Run(settings, async ports =>
        {
            await Logging(ports);
            await Logging(ports);
            return await Logging(ports);
        }));
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(20));
        Assert.InRange(host.Writer.LostCount, 1, 3 * Lines);
    }

    [Fact]
    public void Lost_lines_are_said_where_they_were()
    {
        using var host = new PipeHost(isRead: true);
        host.Run(Settings(), async ports =>
        {
            string line = new('x', 40);
            for (int i = 0; i < 2000; i++)
            {
                host.Writer.WriteLine(line);
            }

            await Task.Yield();
            return await Logging(ports);
        });
        Assert.Matches("x\n[0-9]+ lines of the log were lost here", host.Console);
        Assert.Contains($"line {Lines - 1}\n", host.Console, StringComparison.Ordinal);
    }

    [Fact]
    public void A_crash_is_reported_without_the_pipe()
    {
        using var host = new PipeHost(isRead: true);
        // Here a crash does not end the program, and what a filter throws is not seen: the exception goes on.
        Assert.Throws<InvalidDataException>(() => host.Run(Settings(), _ => throw new InvalidDataException("where it stands")));
        Assert.Equal(1, host.Crashes);
        Assert.Contains("An exception was not handled", host.CrashText, StringComparison.Ordinal);
        Assert.Contains("where it stands", host.CrashText, StringComparison.Ordinal);
        Assert.DoesNotContain("where it stands", host.Console, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_main_task_is_a_crash_and_no_exit()
    {
        using var host = new PipeHost(isRead: true);
        Assert.Throws<CrashedException>(() => host.Run(Settings(), _ => Task.FromResult(GuestExit.Crash(new InvalidDataException("main")))));
        Assert.Contains("The main task failed", host.CrashText, StringComparison.Ordinal);
        Assert.Null(host.Left);
    }

    private static GuestSettings Settings() => new() { LogThresholds = LogThresholds.TryParse("info", out _)! };

    private static async Task<GuestExit> Logging(GuestPorts ports)
    {
        ILogger logger = ports.Xenbus.LoggerFactory.CreateLogger("Test");
        for (int i = 0; i < Lines; i++)
        {
            logger.Log(LogLevel.Information, default, i, null, static (number, _) => $"{Padding} line {number}");
            if (i % 50 == 0)
            {
                await Task.Yield();
            }
        }

        return GuestExit.PowerOff();
    }

    private sealed class CrashedException : Exception;

    // Small pipe, small reads: the console is always slower than the log.
    private sealed class PipeHost : RealTimeHost, IDisposable
    {
        private readonly GuestRunQueue _queue = new(TimeProvider.System);
        private readonly Pipe _pipe;
        private readonly bool _isRead;
        private readonly StringBuilder _console = new();
        private readonly StringWriter _crash = new();

        public PipeHost(bool isRead)
            : base(TimeProvider.System)
        {
            _isRead = isRead;
            _pipe = new Pipe(new PipeOptions(null, _queue, _queue, pauseWriterThreshold: 256, resumeWriterThreshold: 128, useSynchronizationContext: false));
            Writer = new PipeLogWriter(_pipe.Writer, _queue);
        }

        public override string Name => "pipe";

        public PipeLogWriter Writer { get; }

        public string Console => _console.ToString();

        public string CrashText => _crash.ToString();

        public GuestExit? Left { get; private set; }

        public int Crashes { get; private set; }

        public void Dispose()
        {
            Writer.Dispose();
            _crash.Dispose();
        }

        protected override TextWriter? LogWriter => Writer;

        protected override TextWriter? CrashWriter => _crash;

        protected override void Open(ILoggerFactory loggerFactory, Func<GuestPorts, Task> life) => _queue.Run(async () =>
        {
            Task reading = _isRead ? ReadAsync() : Task.CompletedTask;
            await life(new GuestPorts(new DomainId(7), new XenbusPorts(null!, null!, null!, _queue, loggerFactory), static (_, _) => default));
            await _pipe.Writer.CompleteAsync();
            await reading;
        });

        protected override async ValueTask DrainAsync(GuestPorts ports, TimeSpan deadline)
        {
            using var expired = new CancellationTokenSource(deadline, _queue.TimeProvider);
            try
            {
                await Writer.DrainAsync(expired.Token);
            }
            catch (OperationCanceledException)
            {
                // A console that nobody reads.
            }
        }

        protected override int Leave(GuestExit exit)
        {
            Left = exit;
            return exit.Code;
        }

        [DoesNotReturn]
        protected override void Crash()
        {
            Crashes++;
            throw new CrashedException();
        }

        private async Task ReadAsync()
        {
            while (true)
            {
                ReadResult result = await _pipe.Reader.ReadAsync();
                System.Buffers.ReadOnlySequence<byte> part = result.Buffer.Slice(0, Math.Min(100, result.Buffer.Length));
                _console.Append(Encoding.UTF8.GetString(part));
                _pipe.Reader.AdvanceTo(part.End, part.End);
                if (result.IsCompleted && result.Buffer.Length == part.Length)
                {
                    return;
                }
            }
        }
    }
}
