using System.Globalization;
using System.Text;

namespace Xen.Platform;

/// <summary>
/// A guest's command line, taken apart: settings of the runtime, options of the stack, words of the program. White space separates words;
/// between double quotes it does not. <c>DOTNET_NAME=VALUE</c> is a setting, <c>--name=value</c> and <c>--name value</c> are options,
/// words that toolstacks write for Linux are passed over, <c>--</c> ends all that; the rest is the program's, in its order.
/// </summary>
public sealed class BootArguments
{
    private const string SettingPrefix = "DOTNET_";

    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly List<string> _arguments = [];
    private readonly List<string> _passedOver = [];

    private BootArguments()
    {
    }

    /// <summary>Settings of the runtime, as it reads them from its environment, in the order of their first mention. The last value of each counts.</summary>
    public IEnumerable<KeyValuePair<string, string>> Environment => _names.Select(name => KeyValuePair.Create(name, _environment[name]));

    /// <summary>The program's own words.</summary>
    public IReadOnlyList<string> Arguments => _arguments;

    /// <summary>The words that were taken for a toolstack's, meant for Linux.</summary>
    public IReadOnlyList<string> PassedOver => _passedOver;

    /// <summary>The text of <c>--log</c>; <see langword="null"/> without one.</summary>
    public string? LogRules { get; private set; }

    /// <summary>True when <see cref="BootOptions.HelpText"/> is wanted.</summary>
    public bool IsHelpRequested { get; private set; }

    /// <summary>True when event channels of two levels are wanted, though Xen may have FIFO queues.</summary>
    public bool IsTwoLevelEvents { get; private set; }

    /// <summary>Takes a command line apart.</summary>
    /// <param name="commandLine">The line; <see langword="null"/> for none.</param>
    /// <exception cref="FormatException">An option is unknown or its value is not one; the message says what is known or expected.</exception>
    public static BootArguments Parse(string? commandLine)
    {
        var result = new BootArguments();
        var words = new Queue<string>(Split(commandLine ?? ""));
        while (words.TryDequeue(out string? word))
        {
            if (word == "--")
            {
                result._arguments.AddRange(words);
                break;
            }

            result.Add(word, words);
        }

        return result;
    }

    private void Add(string word, Queue<string> following)
    {
        if (word.StartsWith("--", StringComparison.Ordinal))
        {
            AddOption(word, following);
        }
        else if (word.StartsWith(SettingPrefix, StringComparison.Ordinal))
        {
            AddSetting(word);
        }
        else
        {
            (KernelWords.Contains(word) ? _passedOver : _arguments).Add(word);
        }
    }

    private void AddOption(string word, Queue<string> following)
    {
        string[] parts = word.Split('=', 2);
        BootOption option = BootOptions.Find(parts[0])
            ?? throw new FormatException($"'{parts[0]}' is no option. Known are {string.Join(", ", BootOptions.All.Select(known => known.Name))}.");
        if (option.Value == BootOptionValue.None)
        {
            AddSwitch(option, parts);
            return;
        }

        string value = parts.Length == 2 ? parts[1]
            : following.TryDequeue(out string? next) ? next
            : throw new FormatException($"{option.Name} needs a value, and the command line ends.");
        if (option.Variable is { } variable)
        {
            Set(variable, Number(option, value).ToString("X", CultureInfo.InvariantCulture));
        }
        else
        {
            LogRules = value;
        }
    }

    private void AddSwitch(BootOption option, string[] parts)
    {
        if (parts.Length != 1)
        {
            throw new FormatException($"{option.Name} takes no value, but has '{parts[1]}'.");
        }

        IsHelpRequested |= option.Name == BootOptions.Help;
        IsTwoLevelEvents |= option.Name == BootOptions.TwoLevelEvents;
    }

    private void AddSetting(string word)
    {
        string[] parts = word.Split('=', 2);
        bool isName = parts[0].Length > SettingPrefix.Length && parts[0].All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');
        if (parts.Length != 2 || !isName)
        {
            throw new FormatException($"'{word}' is no setting of the runtime, expected {SettingPrefix}NAME=VALUE with letters, digits and _ in the name.");
        }

        Set(parts[0], parts[1]);
    }

    private void Set(string name, string value)
    {
        if (_environment.TryAdd(name, value))
        {
            _names.Add(name);
        }

        _environment[name] = value;
    }

    private static long Number(BootOption option, string text)
    {
        int shift = option.Value == BootOptionValue.Size && text.Length > 0 ? ShiftOf(text[^1]) : 0;
        string digits = shift > 0 ? text[..^1] : text;
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long value) || value > (long.MaxValue >> shift)
            || value << shift < option.Minimum || value << shift > option.Maximum)
        {
            string expected = option.Value == BootOptionValue.Size
                ? "a number of bytes from 1 on, with K, M or G behind it or without"
                : $"a number from {option.Minimum} to {option.Maximum}";
            throw new FormatException($"{option.Name}: '{text}', expected {expected}.");
        }

        return value << shift;
    }

    private static int ShiftOf(char suffix) => char.ToUpperInvariant(suffix) switch
    {
        'K' => 10,
        'M' => 20,
        'G' => 30,
        _ => 0,
    };

    // The white space of ASCII, as the layer has it, which reads bytes: of a line that is no UTF-8, 0xA0 may be half of a letter.
    private static bool IsSpace(char character) => character is ' ' or '\t' or '\n' or '\r';

    private static List<string> Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool isQuoted = false, isWord = false;
        foreach (char character in line)
        {
            if (character == '"')
            {
                isQuoted = !isQuoted;
                isWord = true;
            }
            else if (isQuoted || !IsSpace(character))
            {
                word.Append(character);
                isWord = true;
            }
            else if (isWord)
            {
                words.Add(word.ToString());
                word.Clear();
                isWord = false;
            }
        }

        if (isQuoted)
        {
            throw new FormatException("The command line ends inside double quotes.");
        }

        if (isWord)
        {
            words.Add(word.ToString());
        }

        return words;
    }
}
