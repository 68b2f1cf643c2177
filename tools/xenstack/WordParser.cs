using System.CommandLine.Parsing;
using Xen.Store;

namespace XenStack.Tool;

/// <summary>Words of the command line that name something: what can be no name is refused before a guest starts.</summary>
internal static class WordParser
{
    public static string? Device(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (text.Length == 0)
        {
            result.AddError("a device was expected, not an empty word.");
        }

        return text;
    }

    public static string? Path(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (StorePath.Explain(text) is { } wrong)
        {
            result.AddError($"'{text}' is no path of a node: {wrong}.");
        }

        return text;
    }
}
