using System.Buffers.Binary;
using System.Text;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>What a multiboot2 loader hands over, made by hand: tags, each behind its type and its size, on 8-byte boundaries.</summary>
internal sealed class MultibootInformation
{
    /// <summary>Types of tags.</summary>
    public const uint End = 0, CommandLine = 1, Module = 3, MemoryMap = 6, OldRsdp = 14, Rsdp = 15;

    private const int HeaderBytes = 8;
    private readonly List<byte> _bytes = [.. new byte[HeaderBytes]];

    /// <summary>With the size of all of it in front, unless that was set.</summary>
    public byte[] ToArray()
    {
        byte[] all = [.. _bytes];
        BinaryPrimitives.WriteInt32LittleEndian(all, Size ?? all.Length);
        return all;
    }

    /// <summary>A wrong size of all of it.</summary>
    public int? Size { get; init; }

    /// <summary>Adds a tag, with a wrong size when one is given.</summary>
    public MultibootInformation Add(uint type, byte[] content, int? size = null)
    {
        _bytes.AddRange(Words(type, (uint)(size ?? HeaderBytes + content.Length)));
        _bytes.AddRange(content);
        _bytes.AddRange(new byte[-_bytes.Count & 7]);
        return this;
    }

    /// <summary>Numbers of 32 bits.</summary>
    public static byte[] Words(params uint[] words)
    {
        byte[] bytes = new byte[words.Length * sizeof(uint)];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), words[i]);
        }

        return bytes;
    }

    /// <summary>A text with its final zero.</summary>
    public static byte[] Text(string text) => [.. Encoding.ASCII.GetBytes(text), 0];
}
