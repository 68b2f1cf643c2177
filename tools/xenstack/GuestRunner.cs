using System.CommandLine;
using Xen.Hosting;
using Xen.Platform;
using Xen.Simulation;
using Xen.Store;

namespace XenStack.Tool;

/// <summary>Runs a verb inside a guest on the chosen host, and turns what the user can put right into one line.</summary>
internal static class GuestRunner
{
    /// <summary>Runs a verb. Its token is cancelled when the user interrupts it.</summary>
    /// <returns>0 when it is done, 1 when it failed, 64 for a wrong host, 69 when the host cannot start, 130 when interrupted.</returns>
    public static async Task<int> RunAsync(ParseResult result, GlobalOptions options, Func<Guest, CancellationToken, Task> body)
    {
        try
        {
            return await XenGuest.RunAsync([], guest => RunBodyAsync(guest, body), options.ToSettings(result));
        }
        catch (SimulationDeadlockException)
        {
            ToolOutput.Error("this would wait for ever: nothing more can happen in the simulation, where nobody else is.");
            return 1;
        }
    }

    private static async Task RunBodyAsync(Guest guest, Func<Guest, CancellationToken, Task> body)
    {
        using var interruption = new Interruption(guest);
        try
        {
            await body(guest, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            ToolOutput.Error("interrupted.");
            guest.Exit = GuestExit.PowerOff(Interruption.ExitCode);
        }
        catch (Exception exception) when (IsForTheUser(exception))
        {
            ToolOutput.Error(exception.Message);
            guest.Exit = GuestExit.PowerOff(1);
        }
    }

    // Anything else is a defect of the tool and is not hidden.
    private static bool IsForTheUser(Exception exception) =>
        exception is ToolException or XenException or XenProtocolException or IOException or UnauthorizedAccessException;
}
