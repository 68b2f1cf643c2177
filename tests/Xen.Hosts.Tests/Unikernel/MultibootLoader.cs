using System.Buffers.Binary;
using Xen.Hosts.Tests.Aot;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>A multiboot2 or PVH loader in a machine without Xen: QEMU places the image and the information, and a few instructions of ours jump to its entry.</summary>
internal static class MultibootLoader
{
    /// <summary>What a loader has in <c>eax</c>.</summary>
    public const uint Magic = 0x36d76289;

    private const uint HeaderMagic = 0xe85250d6;
    private const int SearchedBytes = 32768;
    private const int EntryAddress = 3;
    // Of the first version, which QEMU's own loader knows: flags that the header says where it goes.
    private const uint StubMagic = 0x1badb002, StubFlags = 0x10000, StubAddress = 0x200000;

    /// <summary>The 32-bit entry that the header of an image names, or null without a header that a loader would find.</summary>
    public static uint? EntryOf(string image)
    {
        byte[] start = new byte[SearchedBytes];
        using FileStream file = File.OpenRead(image);
        file.ReadExactly(start);
        for (int at = 0; at < start.Length; at += 8)
        {
            // Magic, architecture (0 is i386), length and checksum are 0 in sum.
            if (Word(start, at) == HeaderMagic && Word(start, at + 4) == 0 && unchecked(HeaderMagic + Word(start, at + 8) + Word(start, at + 12)) == 0)
            {
                return EntryIn(start.AsSpan(at, (int)Word(start, at + 8)));
            }
        }

        return null;
    }

    /// <summary>Starts an image at its multiboot2 entry with these two registers, and with what is in memory where.</summary>
    public static ProgramRun Boot(string image, uint eax, uint ebx, TimeSpan limit, params (uint Address, byte[] Bytes)[] memory) =>
        Boot(image, EntryOf(image)!.Value, eax, ebx, limit, memory);

    /// <summary>The same at any entry.</summary>
    public static ProgramRun Boot(string image, uint entry, uint eax, uint ebx, TimeSpan limit, params (uint Address, byte[] Bytes)[] memory)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("multiboot");
        try
        {
            string stub = Path.Combine(folder.FullName, "stub");
            File.WriteAllBytes(stub, Stub(eax, ebx, entry));
            var options = new List<string> { "-kernel", stub, "-device", $"loader,file={image}" };
            foreach ((uint address, byte[] bytes) in memory)
            {
                string file = Path.Combine(folder.FullName, $"{address:x}");
                File.WriteAllBytes(file, bytes);
                options.AddRange(["-device", $"loader,file={file},addr={address},force-raw=on"]);
            }

            return Machine.Run(64, limit, [.. options]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static uint? EntryIn(ReadOnlySpan<byte> header)
    {
        for (int at = 16; at < header.Length; at += (int)(Word(header, at + 4) + 7 & ~7u))
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(header[at..]) == EntryAddress)
            {
                return Word(header, at + 8);
            }
        }

        return null;
    }

    // mov $eax, %eax; mov $ebx, %ebx; mov $entry, %edi; jmp *%edi
    private static byte[] Stub(uint eax, uint ebx, uint entry)
    {
        byte[] code =
        [
            0xb8, .. MultibootInformation.Words(eax), 0xbb, .. MultibootInformation.Words(ebx),
            0xbf, .. MultibootInformation.Words(entry), 0xff, 0xe7,
        ];
        const uint HeaderBytes = 8 * sizeof(uint);
        uint end = StubAddress + HeaderBytes + (uint)code.Length;
        return
        [
            .. MultibootInformation.Words(StubMagic, StubFlags, unchecked(0 - (StubMagic + StubFlags))),
            .. MultibootInformation.Words(StubAddress, StubAddress, end, end, StubAddress + HeaderBytes),
            .. code,
        ];
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
