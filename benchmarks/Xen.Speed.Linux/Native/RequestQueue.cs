using System.Runtime.InteropServices;

namespace Xen.Speed.Native;

/// <summary>The kernel's queue of requests of a file that is opened past the cache: <c>io_submit</c>.</summary>
internal sealed unsafe class RequestQueue
{
    private const nint Setup = 206;
    private const nint GetEvents = 208;
    private const nint SubmitRequests = 209;
    private const ushort ReadRequest = 0;
    private const ushort WriteRequest = 1;

    private readonly nint _context;
    private readonly Request* _requests;
    private readonly Request** _added;
    private readonly Completion* _completions;
    private readonly int _depth;
    private int _addedCount;

    public RequestQueue(int depth)
    {
        _depth = depth;
        _requests = (Request*)NativeMemory.AllocZeroed((nuint)depth, (nuint)sizeof(Request));
        _added = (Request**)NativeMemory.AllocZeroed((nuint)depth, (nuint)sizeof(Request*));
        _completions = (Completion*)NativeMemory.AllocZeroed((nuint)depth, (nuint)sizeof(Completion));
        nint context = 0;
        Libc.Check(Libc.Call(Setup, depth, (nint)(&context), 0, 0, 0), "io_setup");
        _context = context;
    }

    /// <summary>Prepares a request for the next <see cref="Submit"/>. Its completion has the slot as its data.</summary>
    public void Add(int slot, int file, bool isWrite, byte* memory, int length, long offset)
    {
        _requests[slot] = new Request
        {
            Data = (ulong)slot,
            Operation = isWrite ? WriteRequest : ReadRequest,
            File = file,
            Buffer = (ulong)memory,
            Length = (ulong)length,
            Offset = offset,
        };
        _added[_addedCount++] = _requests + slot;
    }

    /// <summary>Hands over what was prepared.</summary>
    public void Submit()
    {
        for (int submitted = 0; submitted < _addedCount;)
        {
            submitted += (int)Libc.Check(Libc.Call(SubmitRequests, _context, _addedCount - submitted, (nint)(_added + submitted), 0, 0), "io_submit");
        }

        _addedCount = 0;
    }

    /// <summary>Waits for at least one request.</summary>
    public ReadOnlySpan<Completion> Wait()
    {
        nint count = Libc.Check(Libc.Call(GetEvents, _context, 1, _depth, (nint)_completions, 0), "io_getevents");
        return new ReadOnlySpan<Completion>(_completions, (int)count);
    }

    /// <summary><c>struct io_event</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Completion
    {
        public ulong Data;
        public ulong Request;
        public long Result;
        public long Result2;
    }

    /// <summary><c>struct iocb</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Request
    {
        public ulong Data;
        public uint Key;
        public uint ReadWriteFlags;
        public ushort Operation;
        public short Priority;
        public int File;
        public ulong Buffer;
        public ulong Length;
        public long Offset;
        public ulong Reserved;
        public uint Flags;
        public uint EventFile;
    }
}
