namespace Xen.Hosts.Tests.Tool;

/// <summary>A folder of one test, deleted at its end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("xenstack-test-");

    /// <summary>A path in the folder.</summary>
    public string this[string name] => Path.Combine(_folder.FullName, name);

    /// <summary>Makes a file of random bytes.</summary>
    public string Make(string name, int length, int seed = 1)
    {
        byte[] data = new byte[length];
        new Random(seed).NextBytes(data);
        File.WriteAllBytes(this[name], data);
        return this[name];
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
