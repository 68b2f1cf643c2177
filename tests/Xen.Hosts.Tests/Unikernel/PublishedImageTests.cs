using System.Text.Json;
using System.Text.RegularExpressions;
using Xen.Hosts.Tests.Aot;
using Xen.Platform;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>What publishing the smallest sample leaves in its folder.</summary>
public partial class PublishedImageTests
{
    // Of issue and documents: 2.5 MB.
    private const int MostBytes = 2_500_000;

    [QemuFact]
    public void The_image_its_configuration_and_what_is_said_of_them_are_there_and_nothing_else() => Assert.Equal(
        ["hello.cfg", "hello.cfg.in", "hello.manifest.json", "hello.qubes.md", "hello.xen"],
        Directory.EnumerateFileSystemEntries(Folder()).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [QemuFact]
    public void The_image_is_small_static_and_no_segment_is_writable_and_executable()
    {
        byte[] image = File.ReadAllBytes(FileNamed("hello.xen"));
        Assert.InRange(image.Length, 1, MostBytes);
        IReadOnlyList<ElfSegment> segments = ElfSegment.Of(image);
        Assert.Contains(segments, segment => segment is { Type: ElfSegment.Load, Flags: var flags } && (flags & ElfSegment.Executable) != 0);
        Assert.All(segments, segment => Assert.NotEqual(ElfSegment.Writable | ElfSegment.Executable, segment.Flags & (ElfSegment.Writable | ElfSegment.Executable)));
        Assert.DoesNotContain(segments, segment => segment.Type is ElfSegment.Dynamic or ElfSegment.Interpreter);
        // The entry of PVH, in the first segment that executes.
        Assert.InRange(ElfNotes.Read(image).Entry ?? 0, 0x400000ul, 0x400000ul + MostBytes);
    }

    [QemuFact]
    public void The_configuration_has_these_keys_and_no_placeholder()
    {
        string text = File.ReadAllText(FileNamed("hello.cfg"));
        string[] lines = [.. Setting().Matches(text).Select(match => match.Value)];
        Assert.Equal(
            [
                "name = \"hello\"", "type = \"pvh\"", "kernel = \"hello.xen\"", "memory = 32", "vcpus = 1", "extra = \"\"",
                "on_poweroff = \"destroy\"", "on_reboot = \"destroy\"", "on_crash = \"preserve\"",
            ],
            lines);
        Assert.DoesNotContain("@", text, StringComparison.Ordinal);
        Assert.All(["@NAME@", "@KERNEL@", "@MEMORY@", "@VCPUS@", "@EXTRA@", "@DISK@", "@BRIDGE@"], name =>
            Assert.Contains(name, File.ReadAllText(FileNamed("hello.cfg.in")), StringComparison.Ordinal));
        Assert.DoesNotMatch("@[A-Z]+@", File.ReadAllText(FileNamed("hello.qubes.md")));
    }

    [QemuFact]
    public void The_manifest_is_of_this_image()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(FileNamed("hello.manifest.json")));
        byte[] image = File.ReadAllBytes(FileNamed("hello.xen"));
        Assert.Equal(image.Length, manifest.RootElement.GetProperty("sizeBytes").GetInt32());
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(image)), manifest.RootElement.GetProperty("sha256").GetString());
    }

    private static string Folder()
    {
        Assert.True(AotImage.Hello.PublishRun.ExitCode == 0, AotImage.Hello.PublishRun.Text);
        return Path.GetDirectoryName(AotImage.Hello.Native)!;
    }

    private static string FileNamed(string name) => Path.Combine(Folder(), name);

    [GeneratedRegex(@"^\w+ = .*$", RegexOptions.Multiline)]
    private static partial Regex Setting();
}
