using System.Runtime.CompilerServices;

namespace Xen.Checks;

/// <summary>A message that is built only when its condition does not hold: checks run millions of times.</summary>
[InterpolatedStringHandler]
public ref struct ExpectMessage
{
    private DefaultInterpolatedStringHandler _text;

    public ExpectMessage(int literalLength, int formattedCount, bool condition, out bool build)
    {
        build = !condition;
        _text = build ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    internal string ToStringAndClear() => _text.ToStringAndClear();
}
