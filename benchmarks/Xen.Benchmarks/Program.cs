using System.Runtime.InteropServices;
using Xen.Benchmarks.Devices;
using Xen.Benchmarks.Ring;

// xen-benchmarks [ring|block|net|all]: each a ratio against a named opponent, measured in alternating rounds of the same run.
string[] names = args is [] or ["all"] ? ["ring", "block", "net"] : args;
string compiler = AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") is null ? "NativeAOT" : "just-in-time compiler";
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
