using System.Buffers;
using System.Text;
using Xen.Console;

namespace Xen.Checks.Console;

/// <summary>A console's keeper as the layer below a program is one: its text waits in a small ring of its own.</summary>
internal sealed class ListKeeper : IConsoleKeeper
{
    private readonly byte[] _buffer = new byte[700];
    private long _start;
    private long _end;

    /// <summary>What it has written to the ring that it got back; null before.</summary>
    public ArrayBufferWriter<byte>? Rest { get; private set; }

    public ReadOnlySpan<byte> Waiting
    {
        get
        {
            int start = (int)(_start % _buffer.Length);
            return _buffer.AsSpan(start, (int)Math.Min(_end - _start, _buffer.Length - start));
        }
    }

    public void Advance(int count) => _start += count;

    public void TakeBack(ReadOnlySequence<byte> begun, ReadOnlySequence<byte> rest)
    {
        Expect.That(Rest is null, "The ring was given back twice.");
        Rest = new ArrayBufferWriter<byte>();
        Rest.Write(begun.ToArray());
        while (Waiting is { IsEmpty: false } text)
        {
            Rest.Write(text);
            Advance(text.Length);
        }

        Rest.Write(rest.ToArray());
    }

    /// <summary>Takes a line as a whole, or not at all.</summary>
    public bool TryWrite(string line)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(line);
        if (_end - _start + bytes.Length > _buffer.Length)
        {
            return false;
        }

        foreach (byte value in bytes)
        {
            _buffer[_end++ % _buffer.Length] = value;
        }

        return true;
    }
}
