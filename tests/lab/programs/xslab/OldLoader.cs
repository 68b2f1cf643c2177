using System.Buffers.Binary;
using Xen.Platform;

namespace Xen.Lab;

/// <summary>An image that is started as by a loader of the first start info (version 0, QubesOS's): the guest must ask Xen for its memory map.</summary>
internal static class OldLoader
{
    private const ulong ImageAddress = 0x400000;
    private const int HeaderSearchBytes = 32768;

    // "Xen" with a value of 8 bytes, XEN_ELFNOTE_PHYS32_ENTRY.
    private static ReadOnlySpan<byte> Note => [4, 0, 0, 0, 8, 0, 0, 0, 18, 0, 0, 0, (byte)'X', (byte)'e', (byte)'n', 0];

    // The place of the multiboot2 header, which nobody needs here.
    private static ReadOnlySpan<byte> Header => [0xd6, 0x50, 0x52, 0xe8, 0, 0, 0, 0];

    /// <summary>Writes the image with another entry, which makes the start info one of version 0 and goes on.</summary>
    internal static string Write(string image, string result)
    {
        byte[] bytes = File.ReadAllBytes(image);
        uint entry = (uint)ElfNotes.Read(bytes).Entry!.Value;
        int note = bytes.AsSpan().IndexOf(Note);
        int header = bytes.AsSpan(0, HeaderSearchBytes).IndexOf(Header);
        uint at = (uint)ImageAddress + (uint)header;
        // movl $0, 4(%ebx): the version. movl $-1 to what only later versions have: address and number of the map's entries. jmp entry.
        byte[] code = [0xc7, 0x43, 4, 0, 0, 0, 0, 0xc7, 0x43, 40, 255, 255, 255, 255, 0xc7, 0x43, 48, 255, 255, 255, 255, 0xe9, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32LittleEndian(code.AsSpan(^4), entry - (at + (uint)code.Length));
        code.CopyTo(bytes, header);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(note + Note.Length), at);
        File.WriteAllBytes(result, bytes);
        return $"{result} begins at {at:x} and goes on at {entry:x}";
    }
}
