using System.Text.RegularExpressions;

namespace Xen.Floor1.Tests;

/// <summary>
/// The simulated machine is written against the ABI of <c>Xen.Platform</c> alone, so that it cannot share a misunderstanding with the guest's half.
/// </summary>
public partial class MachineTests
{
    [Fact]
    public void The_machine_names_nothing_of_the_stack_but_the_platform()
    {
        string[] files = Directory.GetFiles(Path.Combine(Root(), "Xen.Simulation", "Machine"), "*.cs");
        Assert.True(files.Length > 20, $"Only {files.Length} files.");
        string[] wrong = [.. files.SelectMany(file => StackNames().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileName(file)}: {match.Value}"))];
        Assert.True(wrong.Length == 0, string.Join(Environment.NewLine, wrong));
    }

    // A namespace of the stack, imported or written out, or a public type of floor 1 behind a global import.
    [GeneratedRegex(@"\bXen\.(?!Platform\b|Simulation\.Machine\b)[A-Z]\w*|\b(TwoLevelAbi|FifoAbi|FifoQueues|GrantAbiV\d|GrantRef|GrantTableVersion|EventAbi|EventPort)\b")]
    private static partial Regex StackNames();

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "XenStack.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"XenStack.sln is not above {AppContext.BaseDirectory}.");
    }
}
