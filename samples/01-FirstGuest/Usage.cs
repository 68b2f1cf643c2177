using Xen.Hosting;

namespace FirstGuest;

/// <summary>What this program says to words that it does not know, and to <c>--help</c>.</summary>
internal static class Usage
{
    public static void Refuse(Guest guest)
    {
        if (guest.Arguments[0] is "--help" or "-h")
        {
            Console.WriteLine($"first-guest: reads its xenstore, its disk xvda and its first network interface.\nOptions:\n{XenGuest.OptionsHelp}");
            return;
        }

        Console.Error.WriteLine($"first-guest: '{guest.Arguments[0]}' is not known; it takes no words of its own, only:\n{XenGuest.OptionsHelp}");
        guest.Exit = GuestExit.PowerOff(GuestExit.UsageCode);
    }
}
