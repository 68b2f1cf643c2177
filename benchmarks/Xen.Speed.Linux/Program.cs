using System.Globalization;
using Xen.Speed.Dom0;
using Xen.Speed.Guest;

return args switch
{
    ["agent", var address, var disk] => await LinuxAgent.RunAsync(address, disk),
    ["boot", var domain, var log, var text, .. var command] => BootWatch.Run(Number(domain), log, text, command),
    ["compare", var what, var rounds, .. var guests] => Comparison.Run(what, Number(rounds), guests),
    _ => Usage(),
};

static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.Error.WriteLine("""
        usage: speed PART
          agent ADDRESS DISK                    a Linux guest: what dom0 orders
          boot DOMAIN LOG TEXT [COMMAND]...     dom0: microseconds from unpausing to TEXT in LOG; COMMAND unpauses, else the hypercall does
          compare net|block ROUNDS GUEST...     dom0: tables; a GUEST is NAME=DOMAIN=ADDRESS, the second one is what the first is compared with
        """);
    return 64;
}
