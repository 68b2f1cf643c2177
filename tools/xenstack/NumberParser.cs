using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace XenStack.Tool;

/// <summary>Numbers of the command line, with the range that is allowed.</summary>
internal static class NumberParser
{
    public static Func<ArgumentResult, T> Between<T>(string option, T minimum, T maximum)
        where T : struct, INumber<T> => result =>
    {
        string text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out T value) && value >= minimum && value <= maximum)
        {
            return value;
        }

        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option} is '{text}': expected a number from {minimum} to {maximum}."));
        return default;
    };
}
