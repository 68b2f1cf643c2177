using System.Globalization;
using Xen.UnikernelGuest;

// A guest of the tests: on plain QEMU, on Xen, and as a Linux process. Each word is a verb; what it finds is said line by line.
return args switch
{
    ["checks", .. string[] names] => CheckRunner.Run(names),
    ["xen-checks", string seed, string runs, .. string[] names] => XenChecks.Run(ulong.Parse(seed, CultureInfo.InvariantCulture), int.Parse(runs, CultureInfo.InvariantCulture), names),
    ["violate", string name] => Violations.Commit(name),
    ["lateness", string seconds] => Lateness.Watch(int.Parse(seconds, CultureInfo.InvariantCulture)),
    ["boot", ..] => BootReport.Say(),
    ["parameters", ..] => ParameterReport.Say(args),
    ["unknown-calls"] => UnknownCalls.Make(),
    ["console", string name, .. string[] words] => await ConsoleVerbs.RunAsync(name, words),
    ["crash"] => throw new InvalidOperationException("nobody catches this"),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: checks [NAME]... | xen-checks SEED RUNS [PART-OF-A-NAME]... | violate NAME | lateness SECONDS | boot | parameters [WORD]... | unknown-calls | console NAME [WORD]... | crash");
    return 64;
}
