namespace Xen.Lab.Tests;

/// <summary>What a user of the package sees: each command for a project outside of the repository, and what it said.</summary>
internal sealed class OutsideRuns
{
    /// <summary>The stack of a thread in <see cref="LabFolder.OutsideOptions"/>.</summary>
    internal const ulong StackBytes = 2 * 1024 * 1024;

    /// <summary>
    /// The options of <see cref="LabFolder.OutsideOptions"/>, as a publish command has them. The first is the command line
    /// <c>"--a, b; c's 100%25 $(X) \"</c>, quotation marks and all.
    /// </summary>
    internal static readonly string[] Options = ["-p:XenExtra=%22--a%2C b%3B c%27s 100%2525 %24%28X%29 %5C%22", $"-p:XenThreadStackBytes={StackBytes}"];

    internal OutsideRuns(Func<TimeSpan> left)
    {
        using var project = new OutsideProject();
        Version = project.Version;
        Pack = project.Pack(left());

        // Refused first, as a fresh project, whose own restore has not seen the package's properties.
        string without = project.PathWithout("musl-gcc", "gcc", "objdump");
        RefusedMusl = Publish(without, LabFolder.Outside);
        RefusedGlibc = Publish(without, LabFolder.OutsideGlibc, "-p:XenLibc=glibc");
        Simulated = project.DotNet(left(), LabFolder.ProgramPath, "run");
        Published = Publish(LabFolder.ProgramPath, LabFolder.Outside);
        PublishedOptions = Publish(LabFolder.ProgramPath, LabFolder.OutsideOptions, Options);
        PublishedGlibc = Publish(project.PathWithout("musl-gcc"), LabFolder.OutsideGlibc, "-p:XenLibc=glibc");
        Libraries = project.Libraries();

        ToolRun Publish(string path, string folder, params IEnumerable<string> options)
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            return project.DotNet(left(), path, ["publish", "-c", "Release", "-o", folder, .. options]);
        }
    }

    /// <summary>The version of the packages that were made.</summary>
    internal string Version { get; }

    /// <summary>Making the packages.</summary>
    internal ToolRun Pack { get; }

    /// <summary>Publishing without the programs that either C library needs.</summary>
    internal ToolRun RefusedMusl { get; }

    /// <summary>The same for glibc.</summary>
    internal ToolRun RefusedGlibc { get; }

    /// <summary><c>dotnet run</c>.</summary>
    internal ToolRun Simulated { get; }

    /// <summary>Publishing with all that there is.</summary>
    internal ToolRun Published { get; }

    /// <summary>Publishing once more, with other options: nothing is compiled anew.</summary>
    internal ToolRun PublishedOptions { get; }

    /// <summary>Publishing for glibc, without musl.</summary>
    internal ToolRun PublishedGlibc { get; }

    /// <summary>The libraries of this repository that the project got, as <c>NAME/VERSION</c>.</summary>
    internal IReadOnlyList<string> Libraries { get; }
}
