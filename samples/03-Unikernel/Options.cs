using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xen.Hosting;

namespace Unikernel;

/// <summary>The words of the command line that are this program's own.</summary>
internal sealed class Options
{
    public const string Help = """
          --ip ADDRESS    the address of the first interface; without it the one that its node in xenstore has, else 192.0.2.2
          --exit N        report, then leave with this code (0 to 255)
          --reboot        report, then ask to be started anew
          --crash         report, then fail with an exception
        """;

    /// <summary>The address of the first interface, if it was given.</summary>
    public IPAddress? Address { get; private set; }

    /// <summary>How to leave right after the report; <see langword="null"/> to stay and serve.</summary>
    public GuestExit? Exit { get; private set; }

    /// <summary>Reads the words. <see langword="null"/>, and what is wrong with them, when they cannot be understood.</summary>
    public static Options? TryParse(IReadOnlyList<string> words, out string error)
    {
        var options = new Options();
        error = "";
        for (int i = 0; i < words.Count; i++)
        {
            bool takesValue = words[i] is "--ip" or "--exit";
            if (takesValue && i + 1 == words.Count)
            {
                error = $"{words[i]} needs a value.";
                return null;
            }

            if (!options.Take(words[i], takesValue ? words[++i] : "", out error))
            {
                return null;
            }
        }

        return options;
    }

    /// <summary>Reads an IPv4 address. A prefix length behind it (<c>10.0.0.2/24</c>) is allowed and not needed: nothing is sent but answers.</summary>
    public static IPAddress? TryParseAddress(string text) =>
        IPAddress.TryParse(text.Split('/')[0], out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetwork ? address : null;

    private bool Take(string name, string value, out string error)
    {
        error = "";
        switch (name)
        {
            case "--ip":
                Address = TryParseAddress(value);
                error = Address is null ? $"--ip is '{value}': expected an IPv4 address such as 10.0.0.2." : "";
                return Address is not null;
            case "--exit":
                bool isCode = byte.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out byte code);
                Exit = GuestExit.PowerOff(code);
                error = isCode ? "" : $"--exit is '{value}': expected a whole number from 0 to 255.";
                return isCode;
            case "--reboot":
                Exit = GuestExit.Reboot();
                return true;
            case "--crash":
                Exit = GuestExit.Crash(new InvalidOperationException("--crash was asked for."));
                return true;
            default:
                error = $"'{name}' is not known; expected:\n{Help}\n{XenGuest.OptionsHelp}";
                return false;
        }
    }
}
