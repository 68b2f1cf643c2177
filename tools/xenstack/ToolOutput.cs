using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace XenStack.Tool;

/// <summary>Where the tool prints: results to the output, one line for what is wrong to the error stream.</summary>
internal static class ToolOutput
{
    private const int RedirectedWidth = 240;

    public static void Line(string text) => Console.WriteLine(text);

    public static void Error(string message) => Console.Error.WriteLine($"xenstack: {message.ReplaceLineEndings(" ")}");

    public static void Json<T>(T value, JsonTypeInfo<T> type) => Console.WriteLine(JsonSerializer.Serialize(value, type));

    public static void Render(IRenderable renderable)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
        {
            // A program or a file reads it: nothing is broken into lines for a screen.
            console.Profile.Width = RedirectedWidth;
        }

        console.Write(renderable);
    }
}
