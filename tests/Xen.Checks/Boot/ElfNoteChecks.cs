using System.Buffers.Binary;
using Xen.Platform;
using Xen.Simulation.Choices;

namespace Xen.Checks.Boot;

/// <summary>Notes of an ELF image.</summary>
internal static class ElfNoteChecks
{
    // What is wrong, and what must be said of it: the program header of the notes is the second one, at 120.
    private static readonly (Action<IChoice, byte[]> Make, string Said)[] Faults =
    [
        ((choice, image) => image[choice.Next(4)] ^= (byte)(1 << choice.Next(8)), "does not begin with an ELF header"),
        ((_, image) => image[4] = 1, "class 1, data 1, expected 2 (64-bit)"),
        ((_, image) => image[5] = 2, "class 2, data 2, expected 2 (64-bit) and 1 (little-endian)"),
        ((choice, image) => Short(image, 54, choice.Next(56)), "bytes, expected at most 512 of 56 or more"),
        ((choice, image) => Short(image, 56, 513 + choice.Next(65536 - 513)), "program headers of 56 bytes, expected at most 512"),
        ((_, image) => Long(image, 32, ulong.MaxValue - 55), "program header 0 at 0xffffffffffffffc8, 0x38 bytes, reaches beyond"),
        ((_, image) => Long(image, 32, (ulong)image.Length - 111), "program header 1 at 0x"),
        ((choice, image) => Long(image, 120 + 8, ulong.MaxValue - (ulong)choice.Next(200)), "note segment 1 at 0xffffffffffffff"),
        ((choice, image) => Long(image, 120 + 32, (ulong)image.Length - 176 + 1 + (ulong)choice.Next(2) * (ulong.MaxValue / 2)), "note segment 1 at 0xb0, 0x"),
        ((choice, image) => Long(image, 120 + 32, 21 + (ulong)choice.Next(11)), "a note of segment 1 at 0x0, 0xc bytes, reaches beyond the "),
        ((_, image) => Word(image, 176, uint.MaxValue), "a note of segment 1 at 0xc, 0xffffffff bytes, reaches beyond"),
        ((_, image) => Word(image, 176 + 4, uint.MaxValue), "a note of segment 1 at 0x10, 0xffffffff bytes, reaches beyond"),
    ];

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

    public static void FaultsAreRefusedByName(IChoice choice)
    {
        byte[] image = Image([1, 0, 0, 0], []);
        (Action<IChoice, byte[]> make, string said) = Faults[choice.Next(Faults.Length)];
        make(choice, image);
        ExpectRefusal(said, () => ElfNotes.Read(image));
    }

    public static void ValuesAreRefusedByName(IChoice choice)
    {
        int numberBytes = choice.Next(12), relocationBytes = choice.Next(20);
        ElfNotes notes = ElfNotes.Read(Image(new byte[numberBytes], new byte[relocationBytes]));
        if (numberBytes is 4 or 8)
        {
            Expect.Equal(0UL, notes.Entry, "entry");
        }
        else
        {
            ExpectRefusal($"the note Phys32Entry has {numberBytes} bytes, expected 4 or 8", () => notes.Entry);
        }

        if (relocationBytes is 0 or 4 or 8 or 12)
        {
            Expect.That(notes.Relocation is not null, "There is a relocation.");
        }
        else
        {
            ExpectRefusal($"the note Phys32Reloc has {relocationBytes} bytes, expected 0, 4, 8 or 12", () => notes.Relocation);
        }
    }

    // Notes of others stand between Xen's, two have the same type, and the padding of the last one may be missing.
    public static void OnlyXensNotesCount(IChoice choice)
    {
        var notes = new List<byte>();
        var expected = new List<ElfNoteType>();
        byte[][] names = ["Xen\0"u8.ToArray(), "GNU\0"u8.ToArray(), "Xen"u8.ToArray(), "Xen\0\0"u8.ToArray(), "xen\0"u8.ToArray(), []];
        string? loader = null;
        int padding = 0;
        for (int i = choice.Next(12); i > 0; i--)
        {
            int name = choice.Next(names.Length);
            uint type = (uint)(choice.Next(2) == 0 ? ElfNoteType.Loader : ElfNoteType.GuestOs);
            string value = new('x', choice.Next(9));
            notes.AddRange(Note(names[name], type, System.Text.Encoding.ASCII.GetBytes(value)));
            padding = -value.Length & 3;
            if (name == 0)
            {
                expected.Add((ElfNoteType)type);
                loader ??= type == (uint)ElfNoteType.Loader ? value : null;
            }
        }

        ElfNotes read = ElfNotes.Read(Image([.. notes.Take(notes.Count - (choice.Next(2) * padding))]));
        Expect.That(read.Types.SequenceEqual(expected), $"Notes {string.Join(' ', read.Types)}, expected {string.Join(' ', expected)}.");
        Expect.Equal(loader, read.Loader, "the first of the notes");
    }

    public static void NotesHaveALimit(IChoice choice)
    {
        int count = 1024 + choice.Next(2);
        byte[] image = Image([.. Enumerable.Repeat(Note("Xen\0"u8, 9, []), count).SelectMany(static note => note)]);
        if (count == 1024)
        {
            Expect.Equal(count, ElfNotes.Read(image).Types.Count(), "notes");
        }
        else
        {
            ExpectRefusal("more than 1024 notes of Xen", () => ElfNotes.Read(image));
        }
    }

    private static void ExpectRefusal<TResult>(string said, Func<TResult> read)
    {
        try
        {
            read();
        }
        catch (InvalidDataException refused)
        {
            Expect.That(refused.Message.Contains(said, StringComparison.Ordinal), $"'{refused.Message}' does not say '{said}'.");
            return;
        }

        throw new CheckFailedException($"Nothing refused it, expected '{said}'.");
    }

    private static void Short(byte[] image, int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(at), (ushort)value);

    private static void Word(byte[] image, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(at), value);

    private static void Long(byte[] image, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(at), value);

    private static byte[] Image(byte[] entry, byte[] relocation) =>
        Image([.. Note("GNU\0"u8, 1, [1, 2, 3]), .. Note("Xen\0"u8, 6, "XenStack\0"u8), .. Note("Xen\0"u8, 18, entry), .. Note("Xen\0"u8, 19, relocation)]);

    private static byte[] Image(byte[] notes)
    {
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
        int valueAt = 12 + ((name.Length + 3) & ~3);
        byte[] note = new byte[valueAt + ((value.Length + 3) & ~3)];
        BinaryPrimitives.WriteUInt32LittleEndian(note, (uint)name.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(note.AsSpan(4), (uint)value.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(note.AsSpan(8), type);
        name.CopyTo(note.AsSpan(12));
        value.CopyTo(note.AsSpan(valueAt));
        return note;
    }
}
