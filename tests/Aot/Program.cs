using System.Globalization;
using Xen.Aot;

// aot-checks run SEED RUNS        every check, each with RUNS seeds from SEED on
// aot-checks determinism SEED     the trace hash of one program under that seed
return args switch
{
    ["run", string seed, string runs] => ChecksVerb.Run(Number(seed), (int)Number(runs)),
    ["determinism", string seed] => DeterminismVerb.Run(Number(seed)),
    _ => Usage(),
};

static ulong Number(string text) => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.Error.WriteLine("usage: aot-checks run SEED RUNS | aot-checks determinism SEED");
    return 64;
}
