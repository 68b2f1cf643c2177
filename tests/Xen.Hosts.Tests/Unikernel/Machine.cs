using System.Globalization;
using Xen.Checks;
using Xen.Hosts.Tests.Aot;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>An emulated machine without Xen: its PVH loader starts the image, its serial port is the console.</summary>
internal static class Machine
{
    /// <summary>What QEMU's debug port makes of the layer's reason for the end.</summary>
    public const int PoweredOff = 1;

    /// <summary>The same for a crash.</summary>
    public const int Crashed = 7;

    private static readonly (string File, string Package)[] Tools =
    [
        ("/usr/bin/qemu-system-x86_64", "qemu-system-x86"), ("/usr/bin/gcc", "gcc"), ("/usr/bin/ld", "binutils"), ("/usr/bin/musl-gcc", "musl-tools"),
    ];

    /// <summary>Why the tests that need it are skipped.</summary>
    public static string? Skip { get; } = ContinuousIntegration.SkipWithout(Missing());

    /// <summary>Boots an image and returns what it said on its console, and how it ended.</summary>
    public static ProgramRun Boot(string image, int memoryMebibytes, TimeSpan limit, params string[] words) =>
        Run(memoryMebibytes, limit, "-kernel", image, "-append", string.Join(' ', words));

    /// <summary>The same for a machine that another loader starts: QEMU's options for it.</summary>
    public static ProgramRun Run(int memoryMebibytes, TimeSpan limit, params string[] loader) => ProgramRun.Start(
        limit,
        new Dictionary<string, string>(),
        "qemu-system-x86_64",
        [
            "-machine", "q35", "-accel", "tcg", "-cpu", "max", "-m", memoryMebibytes.ToString(CultureInfo.InvariantCulture),
            "-display", "none", "-serial", "stdio", "-monitor", "none", "-nic", "none", "-no-reboot",
            "-device", "isa-debug-exit,iobase=0xf4",
            .. loader,
        ]);

    private static string? Missing()
    {
        string missing = string.Join(", ", Tools.Where(tool => !File.Exists(tool.File)).Select(tool => tool.Package));
        return missing.Length == 0 ? null : $"A bare-metal image needs {missing}; ./test installs it when run as root.";
    }
}
