using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xen.Unikernel;

namespace Xen.UnikernelGuest;

/// <summary>One thing each that a protection must end: whoever runs this expects the guest to die with a dump.</summary>
internal static unsafe partial class Violations
{
    public static int Commit(string name)
    {
        System.Console.WriteLine($"VIOLATION {name}");
        switch (name)
        {
            case "write-code": WriteCode(); break;
            case "jump-data": JumpData(); break;
            case "jump-stack": JumpStack(); break;
            case "jump-window": JumpWindow(); break;
            case "null-page": NullPage(); break;
            case "null-call": ((delegate* unmanaged<void>)0)(); break;
            case "stack-overflow": System.Console.WriteLine(Recurse(1)); break;
            case "stack-overflow-thread": OverflowThread(); break;
            case "stack-overflow-large": System.Console.WriteLine(Overflow(1)); break;
            case "stack-overflow-trap": TrapStacks.Overflow(); break;
            case "stack-without-memory": GrowWithoutMemory(); break;
            case "stack-smash": System.Console.WriteLine(Smash(400)); break;
            case "heap-overflow": HeapOverflow(); break;
            case "heap-freed-twice": HeapFreedTwice(); break;
            case "page-after-free": PageAfterFree(); break;
            case "page-freed-twice": PageFreedTwice(); break;
            case "page-freed-twice-joined": PageFreedTwiceJoined(); break;
            case "map-writable-executable": MapWritableExecutable(); break;
            default: System.Console.WriteLine("no such violation"); return 64;
        }

        System.Console.WriteLine($"VIOLATION {name} had no consequence");
        return 1;
    }

    private static void WriteCode()
    {
        delegate* unmanaged<nuint, void*> code = &Return;
        *(byte*)code = 0xc3;
    }

    [UnmanagedCallersOnly]
    private static void* Return(nuint value) => (void*)value;

    private static void JumpData()
    {
        byte* data = (byte*)NativeMemory.AllocZeroed(4096);
        data[0] = 0xc3;
        ((delegate* unmanaged<void>)data)();
    }

    private static void JumpStack()
    {
        byte* data = stackalloc byte[16];
        data[0] = 0xc3;
        ((delegate* unmanaged<void>)data)();
    }

    // Where pages of Xen and of other domains are shown.
    private static void JumpWindow() => ((delegate* unmanaged<void>)Window.Show())();

    // In code that is not C#: there it would be a NullReferenceException.
    private static void NullPage() => NativeFill((void*)8, 0, 8);

    [LibraryImport("libSystem.Native", EntryPoint = "memset")]
    [SuppressGCTransition]
    private static partial void* NativeFill(void* at, int value, nuint count);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Recurse(int depth) => Recurse(depth + 1) + depth;

    private static void OverflowThread()
    {
        var thread = new Thread(() => System.Console.WriteLine(Recurse(1)));
        thread.Start();
        thread.Join();
    }

    // More than what is kept back for stacks, in sum; one alone could have it.
    private static void GrowWithoutMemory()
    {
        var threads = new DeepThreads(4, 300);
        Hoard.Take();
        threads.Go();
    }

    [LibraryImport("smash", EntryPoint = "smash")]
    private static partial int Smash(int count);

    [LibraryImport("smash", EntryPoint = "overflow")]
    private static partial int Overflow(int depth);

    private static void HeapOverflow()
    {
        byte* block = (byte*)NativeMemory.Alloc(100);
        for (int i = 100; i < 140; i++)
        {
            block[i] = 0x41;
        }

        NativeMemory.Free(block);
    }

    private static void HeapFreedTwice()
    {
        void* block = NativeMemory.Alloc(100);
        NativeMemory.Free(block);
        NativeMemory.Free(block);
    }

    private static void PageAfterFree()
    {
        byte* page = Layer.AllocateFrames(1);
        Layer.FreeFrames(page, 1);
        page[0] = 0x41;
        for (int i = 0; i < 100_000 && Layer.AllocateFrames(1) is not null; i++)
        {
        }
    }

    private static void PageFreedTwice()
    {
        byte* page = Layer.AllocateFrames(1);
        Layer.FreeFrames(page, 1);
        Layer.FreeFrames(page, 1);
    }

    // It is no block of the pool by itself any more.
    private static void PageFreedTwiceJoined()
    {
        byte* pages = Layer.AllocateFrames(2);
        Layer.FreeFrames(pages, 1);
        Layer.FreeFrames(pages + 4096, 1);
        Layer.FreeFrames(pages + 4096, 1);
    }

    private static void MapWritableExecutable()
    {
        nint result = LinuxCalls.Map(4096, 7);
        System.Console.WriteLine(result == LinuxCalls.Failed ? "refused" : "mapped");
        if (result == LinuxCalls.Failed)
        {
            Environment.FailFast("the mapping was refused, as it must be");
        }
    }
}
