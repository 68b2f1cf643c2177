namespace Xen.Platform;

/// <summary>
/// The options of a guest's command line: one table. <c>Xen.Unikernel/layer/command.c</c> has the rows with a variable once more, because
/// the runtime reads its settings before any C# runs. The runtime wants its numbers in hexadecimal, without a prefix.
/// </summary>
public static class BootOptions
{
    /// <summary>The log rules.</summary>
    public const string Log = "--log";

    /// <summary>No preemption on bare metal: the layer's own, which has seen it before any C# runs.</summary>
    public const string Cooperative = "--cooperative";

    /// <summary>Event channels as every Xen has them, though this one has FIFO queues.</summary>
    public const string TwoLevelEvents = "--two-level-events";

    /// <summary>The help text.</summary>
    public const string Help = "--help";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<BootOption> All { get; } =
    [
        new("--gc-heap-hard-limit", BootOptionValue.Size, 1, long.MaxValue, "DOTNET_GCHeapHardLimit", "most bytes that the heap takes"),
        new("--gc-heap-hard-limit-percent", BootOptionValue.Number, 1, 99, "DOTNET_GCHeapHardLimitPercent", "the same, in percent of the guest's memory"),
        new("--gc-conserve-memory", BootOptionValue.Number, 0, 9, "DOTNET_GCConserveMemory", "how hard the collector works to keep the heap small"),
        new("--gc-gen0-size", BootOptionValue.Size, 1, long.MaxValue, "DOTNET_GCgen0size", "bytes that are allocated between two young collections"),
        new("--gc-concurrent", BootOptionValue.Number, 0, 1, "DOTNET_gcConcurrent", "1: old objects are collected beside the program"),
        new("--gc-retain-vm", BootOptionValue.Number, 0, 1, "DOTNET_GCRetainVM", "1: memory that the heap gave up is kept for it"),
        new(Cooperative, BootOptionValue.None, 0, 0, null, "a thread runs until it waits; without it, threads take turns"),
        new(TwoLevelEvents, BootOptionValue.None, 0, 0, null, "event channels are words of bits; without it, FIFO queues where Xen has them"),
        new(Log, BootOptionValue.Text, 0, 0, null, "log rules"),
        new(Help, BootOptionValue.None, 0, 0, null, "this text"),
    ];

    /// <summary>What <c>--help</c> prints: a line for each option.</summary>
    public static string HelpText { get; } = string.Join('\n', All.Select(Describe)) +
        "\nDOTNET_NAME=VALUE  any setting of the runtime\n--  ends the options; all words behind it are the program's\n";

    /// <summary>Finds an option.</summary>
    /// <param name="name">Its name, with its two dashes.</param>
    public static BootOption? Find(string name) => All.FirstOrDefault(option => option.Name == name);

    private static string Describe(BootOption option) => option.Value switch
    {
        BootOptionValue.None => $"{option.Name}  {option.Help}",
        BootOptionValue.Text => $"{option.Name}=RULES  {option.Help}",
        BootOptionValue.Size => $"{option.Name}=SIZE  {option.Help} (K, M and G are understood)",
        _ => $"{option.Name}={option.Minimum}..{option.Maximum}  {option.Help}",
    };
}
