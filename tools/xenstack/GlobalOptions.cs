using System.CommandLine;
using System.CommandLine.Parsing;
using Xen.Hosting;

namespace XenStack.Tool;

/// <summary>What every verb takes.</summary>
internal sealed class GlobalOptions
{
    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print JSON instead of text: one document, or one a line for what reports as it goes.",
        Recursive = true,
    };

    public Option<string?> Host { get; } = new("--host")
    {
        Description = "Where to run: simulation (the default) or linux (user-mode drivers over /dev/xen). XENSTACK_HOST does the same.",
        Recursive = true,
    };

    public Option<LogThresholds> Log { get; } = new("--log")
    {
        Description = "What is logged: LEVEL, or CATEGORY:LEVEL with commas between.",
        Recursive = true,
        CustomParser = ParseThresholds,
    };

    public Option<ulong> Seed { get; } = new("--seed")
    {
        Description = "The simulation's seed.",
        Recursive = true,
        CustomParser = NumberParser.Between("--seed", 0UL, ulong.MaxValue),
        DefaultValueFactory = _ => 1,
    };

    public Option<SimulatedDisk[]> Disks { get; } = new("--disk")
    {
        Description = "A disk of the simulated guest: NAME=FILE[,ro][,sector=4096], for example xvda=disk.img. May be repeated.",
        Recursive = true,
        CustomParser = ParseDisks,
    };

    public void AddTo(RootCommand command)
    {
        Seed.Validators.Add(RefuseOutsideSimulation);
        Disks.Validators.Add(RefuseOutsideSimulation);
        command.Add(Json);
        command.Add(Host);
        command.Add(Log);
        command.Add(Seed);
        command.Add(Disks);
    }

    public GuestSettings ToSettings(ParseResult result) => new()
    {
        Host = result.GetValue(Host),
        ProgramName = "xenstack",
        LogThresholds = result.GetValue(Log) ?? LogThresholds.Default,
        World = new SimulatedWorld
        {
            Seed = result.GetValue(Seed),
            Disks = result.GetValue(Disks) ?? [],
            Interfaces = [new SimulatedInterface()],
        },
    };

    // Silence would let a user believe that a disk of theirs is at work.
    private void RefuseOutsideSimulation(OptionResult result)
    {
        string? host = result.GetValue(Host) ?? Environment.GetEnvironmentVariable(XenGuest.HostVariable);
        if (!result.Implicit && host is "linux")
        {
            result.AddError($"{result.Option.Name} is for the simulation: the {host} host has its own world.");
        }
    }

    private static LogThresholds ParseThresholds(ArgumentResult result)
    {
        LogThresholds? thresholds = LogThresholds.TryParse(result.Tokens[0].Value, out string error);
        if (thresholds is null)
        {
            result.AddError(error);
        }

        return thresholds ?? LogThresholds.Default;
    }

    private static SimulatedDisk[] ParseDisks(ArgumentResult result)
    {
        var disks = new List<SimulatedDisk>();
        foreach (Token token in result.Tokens)
        {
            if (ParseDisk(token.Value) is { } disk)
            {
                disks.Add(disk);
            }
            else
            {
                result.AddError($"--disk is '{token.Value}': expected NAME=FILE with ,ro and ,sector=512 or ,sector=4096 behind it.");
            }
        }

        return [.. disks];
    }

    private static SimulatedDisk? ParseDisk(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string[] parts = text[(equals + 1)..].Split(',');
        if (equals <= 0 || parts[0].Length == 0)
        {
            return null;
        }

        SimulatedDisk? disk = new() { Name = text[..equals], ImagePath = parts[0] };
        foreach (string word in parts.Skip(1))
        {
            disk = word switch
            {
                "ro" => disk with { IsReadOnly = true },
                "sector=512" => disk with { SectorSize = 512 },
                "sector=4096" => disk with { SectorSize = 4096 },
                _ => null,
            };
            if (disk is null)
            {
                return null;
            }
        }

        return disk;
    }
}
