using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xen.Benchmarks;
using Xen.Benchmarks.Devices;
using Xen.Benchmarks.Ring;

// xen-benchmarks [ring|block|net|all]: each a ratio against a named opponent, measured in alternating rounds of the same run.
string[] names = args is [] or ["all"] ? ["ring", "block", "net"] : args;
string compiler = RuntimeFeature.IsDynamicCodeCompiled ? "just-in-time compiler" : "NativeAOT";
Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {compiler}, {Environment.ProcessorCount} processors");
foreach (string name in names)
{
    switch (name)
    {
        case "ring":
            RingBenchmark.Run();
            break;
        case "block":
            BlockBenchmark.Run();
            break;
        case "net":
            NetworkBenchmark.Run();
            break;
        default:
            Console.Error.WriteLine($"No benchmark is named '{name}': expected ring, block, net or all.");
            return 64;
    }
}

return 0;
