using System.Text.Json;
using XenStack.Tool;

namespace Xen.Hosts.Tests.Tool;

/// <summary>A command line of <c>xenstack</c>, run in this process.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    public static async Task<ToolRun> Of(params string[] args)
    {
        TextWriter output = System.Console.Out, error = System.Console.Error;
        using var newOutput = new StringWriter();
        using var newError = new StringWriter();
        System.Console.SetOut(newOutput);
        System.Console.SetError(newError);
        try
        {
            int code = await XenStackCommand.RunAsync(args);
            return new ToolRun(code, newOutput.ToString(), newError.ToString());
        }
        finally
        {
            System.Console.SetOut(output);
            System.Console.SetError(error);
        }
    }

    /// <summary>It worked, and said nothing on the error stream.</summary>
    public string Succeeded()
    {
        Assert.Equal("", Error);
        Assert.Equal(0, ExitCode);
        return Output;
    }

    /// <summary>It worked, and printed one JSON document.</summary>
    public JsonElement SucceededWithJson() => JsonDocument.Parse(Succeeded()).RootElement;

    /// <summary>It failed with one line that holds all of these words, and no stack trace.</summary>
    public void Refused(int code, params string[] words)
    {
        Assert.Equal(code, ExitCode);
        Assert.Equal(1, Error.Count(letter => letter == '\n'));
        Assert.StartsWith("xenstack: ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, Error, StringComparison.Ordinal));
    }
}
