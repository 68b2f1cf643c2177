namespace Xen.UnikernelGuest;

/// <summary>All memory that may be promised, taken and used until it is given back. Takes none of the managed heap.</summary>
internal static unsafe class Hoard
{
    private const int PageBytes = 4096;

    private static nint _first;

    public static void Take()
    {
        foreach (int pages in (ReadOnlySpan<int>)[256, 1])
        {
            ulong bytes = (ulong)pages * PageBytes;
            for (nint block; (block = LinuxCalls.Map(bytes, LinuxCalls.Readable | LinuxCalls.Writable)) != LinuxCalls.Failed; _first = block)
            {
                Use((byte*)block, bytes);
                ((nint*)block)[0] = _first;
                ((ulong*)block)[1] = bytes;
            }
        }
    }

    /// <summary>0, or -1 when something of it could not be given back.</summary>
    public static int Give()
    {
        int result = 0;
        for (nint block = _first; block != 0; block = _first)
        {
            _first = ((nint*)block)[0];
            result |= LinuxCalls.Unmap(block, ((ulong*)block)[1]);
        }

        return result;
    }

    private static void Use(byte* block, ulong bytes)
    {
        for (ulong at = 0; at < bytes; at += PageBytes)
        {
            block[at] = 1;
        }
    }
}
