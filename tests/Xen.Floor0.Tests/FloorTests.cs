using System.Xml.Linq;

namespace Xen.Floor0.Tests;

/// <summary>The floor plan of the house: a project references lower floors only.</summary>
public class FloorTests
{
    private static readonly Dictionary<string, int> Floors = new()
    {
        ["Xen.Platform"] = 0,
        ["Xen.Rings"] = 0,
        ["Xen.Devices"] = 0,
        ["Xen.Events"] = 1,
        ["Xen.Grants"] = 1,
        ["Xen.Store"] = 2,
        ["Xen.Console"] = 3,
        ["Xen.Netfront"] = 3,
        ["Xen.Netback"] = 3,
        ["Xen.Blkfront"] = 3,
        ["Xen.Blkback"] = 3,
        ["Xen.Vchan"] = 3,
        ["Xen.Qubes"] = 4,
        ["Xen.Simulation"] = 5,
        ["Xen.Linux"] = 5,
        ["Xen.Hosting"] = 6,
        ["Xen.Unikernel"] = 7,
    };

    public static TheoryData<string> Projects()
    {
        var projects = new TheoryData<string>();
        foreach (string file in Directory.EnumerateFiles(Root(), "Xen.*.csproj", SearchOption.AllDirectories))
        {
            string name = Path.GetFileNameWithoutExtension(file);
            if (Path.GetDirectoryName(file) == Path.Combine(Root(), name))
            {
                projects.Add(name);
            }
        }

        return projects;
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_lower_floors(string project)
    {
        Assert.True(Floors.TryGetValue(project, out int floor), $"{project} has no floor: add it to the plan or remove it.");
        foreach (string reference in References(project))
        {
            Assert.True(Floors[reference] < floor, $"{project} (floor {floor}) references {reference} (floor {Floors[reference]}).");
        }
    }

    [Fact]
    public void One_place_of_the_tests_reads_whether_this_is_CI()
    {
        string[] readers =
        [
            .. Directory.EnumerateFiles(Path.Combine(Root(), "tests"), "*.cs", SearchOption.AllDirectories)
                .Where(file => File.ReadAllText(file).Contains("GetEnvironmentVariable(\"" + "CI\")", StringComparison.Ordinal))
                .Select(file => Path.GetFileName(file)!),
        ];
        Assert.Equal(["ContinuousIntegration.cs"], readers);
    }

    [Fact]
    public void Every_project_of_the_tree_is_in_the_solution()
    {
        string solution = File.ReadAllText(Path.Combine(Root(), "XenStack.sln"));
        foreach (string file in Directory.EnumerateFiles(Root(), "*.csproj", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(Root(), file);
            bool outside = path.StartsWith("artifacts", StringComparison.Ordinal) || path.StartsWith("tests/lab", StringComparison.Ordinal);
            Assert.True(outside || solution.Contains(path.Replace('/', '\\'), StringComparison.Ordinal), $"{path} is not in XenStack.sln.");
        }
    }

    private static IEnumerable<string> References(string project)
    {
        XDocument file = XDocument.Load(Path.Combine(Root(), project, project + ".csproj"));
        return file.Descendants("ProjectReference").Select(e => Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value));
    }

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
