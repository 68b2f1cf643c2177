using System.Buffers.Binary;
using Xen.Platform;
using Xen.Simulation.Choices;

namespace Xen.Checks.Boot;

/// <summary>Notes of an ELF image.</summary>
internal static class ElfNoteChecks
{
    public static void NotesAreRead(IChoice choice)
    {
        ulong entry = choice.Next(2) == 0 ? (ulong)choice.Next(int.MaxValue) : Words.Next(choice);
        bool isWide = entry > uint.MaxValue || choice.Next(2) == 0;
        byte[] number = new byte[isWide ? 8 : 4];
        (BitConverter.GetBytes(entry).AsSpan(0, number.Length)).CopyTo(number);
        int relocation = choice.Next(4) * 4;
        byte[] image = Image(number, new byte[relocation]);
        ElfNotes notes = ElfNotes.Read(image);
        Expect.Equal(entry, notes.Entry, "entry");
        Expect.Equal("XenStack", notes.GuestOs, "guest");
        Expect.Equal(new ElfRelocation(relocation > 0 ? 0 : 0x200000u, 0, relocation > 8 ? 0 : uint.MaxValue), notes.Relocation, "relocation");
        Expect.Equal(null, notes.Loader, "loader");

        byte[] damaged = [.. image.AsSpan(0, choice.Next(image.Length + 1))];
        for (int i = choice.Next(4); i > 0 && damaged.Length > 8; i--)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(damaged.AsSpan(choice.Next(damaged.Length - 3)), (uint)Words.NearALimit(choice));
        }

        try
        {
            ElfNotes read = ElfNotes.Read(damaged);
            _ = read.Entry;
            _ = read.Relocation;
            _ = read.GuestOs;
        }
        catch (InvalidDataException refused)
        {
            Expect.That(refused.Message.StartsWith("ELF image: ", StringComparison.Ordinal), $"A refusal without a name: {refused.Message}");
        }
    }

    private static byte[] Image(byte[] entry, byte[] relocation)
    {
        byte[] notes = [.. Note("GNU\0"u8, 1, [1, 2, 3]), .. Note("Xen\0"u8, 6, "XenStack\0"u8), .. Note("Xen\0"u8, 18, entry), .. Note("Xen\0"u8, 19, relocation)];
        byte[] image = new byte[64 + (2 * 56) + notes.Length];
        "\u007FELF"u8.CopyTo(image);
        image[4] = 2;
        image[5] = 1;
        image[32] = 64;
        image[54] = 56;
        image[56] = 2;
        image[64] = 1;
        image[64 + 56] = 4;
        image[64 + 56 + 8] = 64 + (2 * 56);
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(64 + 56 + 32), (ulong)notes.Length);
        notes.CopyTo(image, 64 + (2 * 56));
        return image;
    }

    private static byte[] Note(ReadOnlySpan<byte> name, uint type, ReadOnlySpan<byte> value)
    {
        byte[] note = new byte[12 + name.Length + ((value.Length + 3) & ~3)];
        BinaryPrimitives.WriteUInt32LittleEndian(note, (uint)name.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(note.AsSpan(4), (uint)value.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(note.AsSpan(8), type);
        name.CopyTo(note.AsSpan(12));
        value.CopyTo(note.AsSpan(12 + name.Length));
        return note;
    }
}
