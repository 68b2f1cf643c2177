using System.Runtime.InteropServices;
using Xen.Speed.Generator;
using Xen.Speed.Native;

namespace Xen.Speed.Guest;

/// <summary>The disk's device file past the page cache: one call for a block alone, the kernel's queue of requests for several at a time.</summary>
internal sealed unsafe class LinuxDisk : ISpeedDisk
{
    private const int PageBytes = 4096;
    private const int MaxBytes = 1 << 20;
    private const int MaxDepth = 32;

    private readonly int _file;
    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc(MaxBytes, PageBytes);
    private readonly RequestQueue _queue = new(MaxDepth);

    public LinuxDisk(string path)
    {
        _file = (int)Libc.Check(Libc.Open(path, Libc.ReadWrite | Libc.Direct), $"open {path}");
        new Span<byte>(_memory, MaxBytes).Clear();
    }

    public ValueTask RunAsync(bool isWrite, int blockBytes, int depth, int count)
    {
        if (depth == 1)
        {
            RunAlone(isWrite, blockBytes, count);
        }
        else
        {
            RunTogether(isWrite, blockBytes, depth, count);
        }

        return default;
    }

    public string Describe() => "the kernel's disk";

    private void RunAlone(bool isWrite, int blockBytes, int count)
    {
        for (int i = 0; i < count; i++)
        {
            long offset = BlockOrder.OffsetOf(i, blockBytes);
            nint done = isWrite ? Libc.WriteAt(_file, _memory, blockBytes, offset) : Libc.ReadAt(_file, _memory, blockBytes, offset);
            CheckWhole(Libc.Check(done, "pread or pwrite"), blockBytes);
        }
    }

    private void RunTogether(bool isWrite, int blockBytes, int depth, int count)
    {
        int started = 0;
        int done = 0;
        for (int slot = 0; slot < Math.Min(depth, count); slot++)
        {
            Add(slot, isWrite, blockBytes, started++);
        }

        while (done < count)
        {
            _queue.Submit();
            foreach (RequestQueue.Completion completion in _queue.Wait())
            {
                CheckWhole((nint)completion.Result, blockBytes);
                done++;
                if (started < count)
                {
                    Add((int)completion.Data, isWrite, blockBytes, started++);
                }
            }
        }
    }

    private void Add(int slot, bool isWrite, int blockBytes, int index) =>
        _queue.Add(slot, _file, isWrite, _memory + ((long)slot * blockBytes), blockBytes, BlockOrder.OffsetOf(index, blockBytes));

    private static void CheckWhole(nint done, int blockBytes)
    {
        if (done != blockBytes)
        {
            throw new IOException($"A block of {blockBytes} bytes was expected; the kernel said {done}.");
        }
    }
}
