using System.CommandLine;

namespace XenStack.Tool;

/// <summary>The command line: global options and the verbs.</summary>
internal sealed class XenStackCommand : RootCommand
{
    /// <summary>The exit code for a command line that cannot be understood (<c>EX_USAGE</c>).</summary>
    public const int UsageCode = 64;

    private XenStackCommand()
        : base("Looks at and drives the devices of a Xen guest, on a simulated Xen or on /dev/xen.")
    {
        var options = new GlobalOptions();
        options.AddTo(this);
        Add(new DoctorCommand(options));
        Add(new StoreCommand(options));
        Add(new BlkCommand(options));
        Add(new NetCommand(options));
    }

    /// <summary>Runs a command line.</summary>
    /// <returns>0 when it is done, 1 when it failed, 64 when it cannot be understood, 69 when there is no such host here, 130 when interrupted.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        ParseResult result = new XenStackCommand().Parse(args);
        if (result.Errors.Count > 0)
        {
            ToolOutput.Error($"{result.Errors[0].Message.Trim()} '{Verb(result)} --help' says what is expected.");
            return UsageCode;
        }

        // Interruption ends a verb in good order; the library's own handler would end the process under it.
        return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static string Verb(ParseResult result)
    {
        string verb = "";
        for (var command = result.CommandResult; command is not null; command = command.Parent as System.CommandLine.Parsing.CommandResult)
        {
            verb = command.Command is RootCommand ? $"xenstack{verb}" : $" {command.Command.Name}{verb}";
        }

        return verb;
    }
}
