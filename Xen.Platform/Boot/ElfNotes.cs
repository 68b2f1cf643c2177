using System.Buffers.Binary;
using System.Text;

namespace Xen.Platform;

/// <summary>Xen's notes in an ELF image (64-bit, little-endian): what a toolstack reads before it boots the image (xen-protocols 1.1).</summary>
public sealed class ElfNotes
{
    private const int HeaderBytes = 64;
    private const int ProgramHeaderBytes = 56;
    private const int NoteHeaderBytes = 12;
    private const uint NoteSegment = 4;
    private const int NoteLimit = 1024;
    private const int HeaderLimit = 512;

    private readonly List<(ElfNoteType Type, byte[] Value)> _notes = [];

    private ElfNotes()
    {
    }

    /// <summary>The types of all notes, in the file's order.</summary>
    public IEnumerable<ElfNoteType> Types => _notes.Select(static note => note.Type);

    /// <summary>Physical address of the PVH entry; <see langword="null"/>: the image cannot be booted as PVH.</summary>
    public ulong? Entry => Find(ElfNoteType.Phys32Entry) is { } value ? Number(value, ElfNoteType.Phys32Entry) : null;

    /// <summary>Where the image may be moved to; <see langword="null"/>: nowhere.</summary>
    public ElfRelocation? Relocation
    {
        get
        {
            if (Find(ElfNoteType.Phys32Reloc) is not { } value)
            {
                return null;
            }

            if (value.Length > 12 || value.Length % 4 != 0)
            {
                throw Bad($"the note {ElfNoteType.Phys32Reloc} has {value.Length} bytes, expected 0, 4, 8 or 12");
            }

            uint At(int index, uint missing) => value.Length > index * 4 ? BinaryPrimitives.ReadUInt32LittleEndian(value.AsSpan(index * 4)) : missing;
            return new ElfRelocation(At(0, 0x200000), At(1, 0), At(2, uint.MaxValue));
        }
    }

    /// <summary>Name of the guest's system.</summary>
    public string? GuestOs => Text(ElfNoteType.GuestOs);

    /// <summary>Its version.</summary>
    public string? GuestVersion => Text(ElfNoteType.GuestVersion);

    /// <summary>The Xen that the image is for.</summary>
    public string? XenVersion => Text(ElfNoteType.XenVersion);

    /// <summary>The loader it wants.</summary>
    public string? Loader => Text(ElfNoteType.Loader);

    /// <summary>Its features, as text.</summary>
    public string? Features => Text(ElfNoteType.Features);

    /// <summary>Reads the notes of an image.</summary>
    /// <param name="image">The whole file.</param>
    /// <exception cref="InvalidDataException">The image is not an ELF file of that kind, or a header or note lies outside of it; the message names it.</exception>
    public static ElfNotes Read(ReadOnlySpan<byte> image)
    {
        if (image.Length < HeaderBytes || !image[..4].SequenceEqual("\u007FELF"u8))
        {
            throw Bad("the file does not begin with an ELF header of 64 bytes");
        }

        if (image[4] != 2 || image[5] != 1)
        {
            throw Bad($"class {image[4]}, data {image[5]}, expected 2 (64-bit) and 1 (little-endian)");
        }

        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(image[32..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(image[54..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(image[56..]);
        if ((count > 0 && size < ProgramHeaderBytes) || count > HeaderLimit)
        {
            throw Bad($"{count} program headers of {size} bytes, expected at most {HeaderLimit} of {ProgramHeaderBytes} or more");
        }

        var notes = new ElfNotes();
        for (int i = 0; i < count; i++)
        {
            // None comes round at 2^64: the first one has refused an offset beyond the file.
            ReadOnlySpan<byte> header = Slice(image, offset + (ulong)(i * size), ProgramHeaderBytes, $"program header {i}");
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) == NoteSegment)
            {
                ulong at = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]), length = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
                notes.AddAll(Slice(image, at, length, $"note segment {i}"), i);
            }
        }

        return notes;
    }

    /// <summary>The bytes of the first note of a type; <see langword="null"/> when there is none.</summary>
    /// <param name="type">The type.</param>
    public byte[]? Find(ElfNoteType type)
    {
        foreach ((ElfNoteType each, byte[] value) in _notes)
        {
            if (each == type)
            {
                return value;
            }
        }

        return null;
    }

    private void AddAll(ReadOnlySpan<byte> segment, int number)
    {
        while (!segment.IsEmpty)
        {
            string what = $"a note of segment {number}";
            ReadOnlySpan<byte> header = Slice(segment, 0, NoteHeaderBytes, what);
            ulong nameBytes = BinaryPrimitives.ReadUInt32LittleEndian(header), valueBytes = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
            ReadOnlySpan<byte> name = Slice(segment, NoteHeaderBytes, nameBytes, what);
            ulong valueAt = NoteHeaderBytes + Padded(nameBytes);
            ReadOnlySpan<byte> value = Slice(segment, valueAt, valueBytes, what);
            if (name.SequenceEqual("Xen\0"u8))
            {
                Add((ElfNoteType)BinaryPrimitives.ReadUInt32LittleEndian(header[8..]), value);
            }

            // The padding of the last note may be missing.
            segment = segment[(int)Math.Min(valueAt + Padded(valueBytes), (ulong)segment.Length)..];
        }
    }

    private void Add(ElfNoteType type, ReadOnlySpan<byte> value)
    {
        if (_notes.Count == NoteLimit)
        {
            throw Bad($"more than {NoteLimit} notes of Xen");
        }

        _notes.Add((type, value.ToArray()));
    }

    private string? Text(ElfNoteType type) => Find(type) is { } value ? Encoding.UTF8.GetString(value.AsSpan().TrimEnd((byte)0)) : null;

    private static ulong Number(byte[] value, ElfNoteType type) => value.Length switch
    {
        sizeof(uint) => BinaryPrimitives.ReadUInt32LittleEndian(value),
        sizeof(ulong) => BinaryPrimitives.ReadUInt64LittleEndian(value),
        _ => throw Bad($"the note {type} has {value.Length} bytes, expected 4 or 8"),
    };

    private static ulong Padded(ulong length) => (length + 3) & ~3UL;

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> bytes, ulong offset, ulong length, string what)
    {
        ulong total = (ulong)bytes.Length;
        if (offset > total || length > total - offset)
        {
            throw Bad($"{what} at 0x{offset:x}, 0x{length:x} bytes, reaches beyond the {total} bytes there are");
        }

        return bytes.Slice((int)offset, (int)length);
    }

    private static InvalidDataException Bad(string what) => new($"ELF image: {what}.");
}
