using System.Diagnostics;
using System.Globalization;
using System.Text;
using Xen.Speed.Native;

namespace Xen.Speed.Dom0;

/// <summary>Unpauses a domain and says when a text came into the log of its console.</summary>
internal static unsafe class BootWatch
{
    private const uint FileModified = 2;
    private const int EventBytes = 4096;

    public static int Run(int domain, string log, string text, string[] command)
    {
        byte[] wanted = Encoding.ASCII.GetBytes(text);
        var control = new DomainControl();
        int watch = (int)Libc.Check(Libc.WatchFiles(0), "inotify_init1");
        Libc.Check(Libc.WatchFile(watch, log, FileModified), $"inotify_add_watch {log}");
        long start = Stopwatch.GetTimestamp();
        Thread? shell = null;
        if (command.Length == 0)
        {
            control.Unpause(domain);
        }
        else
        {
            shell = new Thread(() => Libc.Shell(string.Join(' ', command)));
            shell.Start();
        }

        byte* events = stackalloc byte[EventBytes];
        while (File.ReadAllBytes(log).AsSpan().IndexOf(wanted) < 0)
        {
            Libc.Check(Libc.Read(watch, events, EventBytes), "inotify");
        }

        TimeSpan time = Stopwatch.GetElapsedTime(start);
        shell?.Join();
        Console.WriteLine(time.TotalMicroseconds.ToString("F0", CultureInfo.InvariantCulture));
        return 0;
    }
}
