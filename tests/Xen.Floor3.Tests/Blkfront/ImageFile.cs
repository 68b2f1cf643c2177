namespace Xen.Floor3.Tests.Blkfront;

/// <summary>A file for one test.</summary>
internal sealed class ImageFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("xen-image-");

    public ImageFile(int length) => File.WriteAllBytes(Path, new byte[length]);

    public string Folder => _folder.FullName;

    public string Path => System.IO.Path.Combine(Folder, "disk.img");

    public byte[] Bytes => File.ReadAllBytes(Path);

    public void Dispose() => _folder.Delete(recursive: true);
}
