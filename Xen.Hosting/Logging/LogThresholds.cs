using Microsoft.Extensions.Logging;

namespace Xen.Hosting;

/// <summary>
/// Which log lines are written: a level for all, and levels for categories that begin with a name.
/// Written <c>info</c>, or <c>*:info,Xen.Blkfront:debug</c>.
/// </summary>
public sealed class LogThresholds
{
    private static readonly (string Name, LogLevel Level)[] Names =
    [
        ("trace", LogLevel.Trace), ("debug", LogLevel.Debug), ("info", LogLevel.Information), ("warning", LogLevel.Warning),
        ("error", LogLevel.Error), ("critical", LogLevel.Critical), ("none", LogLevel.None),
    ];

    private readonly List<(string Prefix, LogLevel Level)> _rules = [];
    private LogLevel _all = LogLevel.Warning;

    /// <summary>Warnings and worse.</summary>
    public static LogThresholds Default => new();

    /// <summary>Reads thresholds.</summary>
    /// <param name="text">Such as <c>*:info,Xen.Blkfront:debug</c>.</param>
    /// <param name="error">What is wrong and what was expected.</param>
    /// <returns><see langword="null"/> when the text cannot be understood.</returns>
    public static LogThresholds? TryParse(string text, out string error)
    {
        ArgumentNullException.ThrowIfNull(text);
        var thresholds = new LogThresholds();
        foreach (string rule in text.Split(','))
        {
            int colon = rule.LastIndexOf(':');
            string category = colon < 0 ? "*" : rule[..colon];
            int name = Array.FindIndex(Names, known => known.Name.Equals(rule[(colon + 1)..], StringComparison.OrdinalIgnoreCase));
            if (name < 0 || category.Length == 0)
            {
                error = $"'{rule}' in '{text}' is no log threshold: expected LEVEL or CATEGORY:LEVEL with LEVEL one of " +
                    $"{string.Join(", ", Names.Select(known => known.Name))}.";
                return null;
            }

            thresholds.Add(category, Names[name].Level);
        }

        error = "";
        return thresholds;
    }

    /// <summary>The lowest level that is written for a category: the rule with the longest name that it begins with.</summary>
    /// <param name="category">A logger's name.</param>
    public LogLevel For(string category)
    {
        ArgumentNullException.ThrowIfNull(category);
        LogLevel level = _all;
        int longest = -1;
        foreach ((string prefix, LogLevel candidate) in _rules)
        {
            if (prefix.Length > longest && category.StartsWith(prefix, StringComparison.Ordinal))
            {
                longest = prefix.Length;
                level = candidate;
            }
        }

        return level;
    }

    private void Add(string category, LogLevel level)
    {
        if (category == "*")
        {
            _all = level;
        }
        else
        {
            _rules.Add((category, level));
        }
    }
}
