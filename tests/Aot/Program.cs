using System.Globalization;
using Xen.Aot;
using Xen.Checks;

// aot-checks run SEED RUNS [CHECK]  every check or the one of that name, each with RUNS seeds from SEED on
// aot-checks determinism SEED       the trace hash of one program under that seed
// aot-checks allocation COUNT       every data path, COUNT operations each, without a byte of garbage
return args switch
{
    ["run", string seed, string runs] => ChecksVerb.Run(CheckList.All, Number(seed), (int)Number(runs)),
    ["run", string seed, string runs, string check] => ChecksVerb.Run([CheckList.Named(check)], Number(seed), (int)Number(runs)),
    ["determinism", string seed] => DeterminismVerb.Run(Number(seed)),
    ["allocation", string count] => AllocationVerb.Run((int)Number(count)),
    _ => Usage(),
};

static ulong Number(string text) => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.Error.WriteLine("usage: aot-checks run SEED RUNS [CHECK] | aot-checks determinism SEED | aot-checks allocation COUNT");
    return 64;
}
