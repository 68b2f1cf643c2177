using System.CommandLine;
using Xen.Hosting;
using Xen.Platform;
using Xen.Store;

namespace XenStack.Tool;

/// <summary>Runs a verb inside a guest on the chosen host, and turns what the user can put right into one line.</summary>
internal static class GuestRunner
{
    /// <summary>Runs a verb.</summary>
    /// <returns>0 when it is done, 1 when it failed, 64 for a wrong command line.</returns>
    public static async Task<int> RunAsync(ParseResult result, GlobalOptions options, Func<Guest, Task> body)
    {
        try
        {
            return await XenGuest.RunAsync([], guest => RunBodyAsync(guest, body), options.ToSettings(result));
        }
        catch (XenException exception)
        {
            return Fail(exception);
        }
    }

    private static async Task RunBodyAsync(Guest guest, Func<Guest, Task> body)
    {
        try
        {
            await body(guest);
        }
        catch (Exception exception) when (exception is ToolException or XenException or XenProtocolException or IOException or ArgumentException)
        {
            guest.Exit = GuestExit.PowerOff(Fail(exception));
        }
    }

    private static int Fail(Exception exception)
    {
        Console.Error.WriteLine($"xenstack: {exception.Message}");
        return 1;
    }
}
