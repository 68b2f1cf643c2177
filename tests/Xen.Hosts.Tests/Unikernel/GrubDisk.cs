using System.Buffers.Binary;
using System.Formats.Tar;
using Xen.Hosts.Tests.Aot;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>A disk with Debian's GRUB for the PC's firmware, and one partition, an archive, with what it boots.</summary>
internal static class GrubDisk
{
    private const string MakeImage = "/usr/bin/grub-mkimage", Modules = "/usr/lib/grub/i386-pc";
    private const int SectorBytes = 512, TableOffset = 446, TableBytes = 64, PartitionSector = 2048;
    private const byte Bootable = 0x80, LinuxType = 0x83;

    /// <summary>Whether the machine has GRUB.</summary>
    public static bool IsThere { get; } = File.Exists(MakeImage) && File.Exists($"{Modules}/multiboot2.mod");

    /// <summary>Boots an image with these words, and with a module.</summary>
    public static ProgramRun Boot(string image, TimeSpan limit, params string[] words)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("grub");
        try
        {
            string configuration = Path.Combine(folder.FullName, "grub.cfg"), core = Path.Combine(folder.FullName, "core");
            string disk = Path.Combine(folder.FullName, "disk");
            File.WriteAllText(
                configuration, $"multiboot2 (hd0,msdos1)/image {string.Join(' ', words)}\nmodule2 (hd0,msdos1)/module of it\nboot\n");
            ProgramRun made = ProgramRun.Start(
                limit,
                new Dictionary<string, string>(),
                MakeImage,
                "-O", "i386-pc", "-d", Modules, "-c", configuration, "-p", "(hd0,msdos1)/", "-o", core, "biosdisk", "part_msdos", "tar", "multiboot2", "boot");
            Assert.True(made.ExitCode == 0, made.Text);
            File.WriteAllBytes(disk, Disk(File.ReadAllBytes($"{Modules}/boot.img"), File.ReadAllBytes(core), Archive(image)));
            return Machine.Run(64, limit, "-drive", $"file={disk},format=raw");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // GRUB's first sector loads the rest from the sectors behind it.
    private static byte[] Disk(byte[] first, byte[] core, byte[] partition)
    {
        byte[] disk = new byte[PartitionSector * SectorBytes + partition.Length];
        first.CopyTo(disk, 0);
        core.CopyTo(disk, SectorBytes);
        Span<byte> table = disk.AsSpan(TableOffset, TableBytes);
        table.Clear();
        table[0] = Bootable;
        table[4] = LinuxType;
        BinaryPrimitives.WriteInt32LittleEndian(table[8..], PartitionSector);
        BinaryPrimitives.WriteInt32LittleEndian(table[12..], partition.Length / SectorBytes);
        partition.CopyTo(disk, PartitionSector * SectorBytes);
        return disk;
    }

    private static byte[] Archive(string image)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "image") { DataStream = new MemoryStream(File.ReadAllBytes(image)) });
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "module") { DataStream = new MemoryStream("a text of it"u8.ToArray()) });
        }

        return stream.ToArray();
    }
}
