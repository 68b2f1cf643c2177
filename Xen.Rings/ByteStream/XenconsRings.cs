using static Xen.Rings.XenconsInterface;

namespace Xen.Rings;

/// <summary>The byte rings of the console page (<see cref="XenconsInterface"/>). The guest is the front.</summary>
public static unsafe class XenconsRings
{
    /// <summary>The guest's output.</summary>
    /// <typeparam name="TMemory">How to reach the page.</typeparam>
    /// <param name="page">The console page.</param>
    public static ByteRingWriter<TMemory> FrontWriter<TMemory>(byte* page)
        where TMemory : struct, ISharedMemory => new(page + Out, OutSize, (uint*)(page + OutCons), (uint*)(page + OutProd));

    /// <summary>The guest's input.</summary>
    /// <typeparam name="TMemory">How to reach the page.</typeparam>
    /// <param name="page">The console page.</param>
    public static ByteRingReader<TMemory> FrontReader<TMemory>(byte* page)
        where TMemory : struct, ISharedMemory => new(page + In, InSize, (uint*)(page + InCons), (uint*)(page + InProd));

    /// <summary>The console daemon's writing end: the guest's input.</summary>
    /// <typeparam name="TMemory">How to reach the page.</typeparam>
    /// <param name="page">The console page.</param>
    public static ByteRingWriter<TMemory> BackWriter<TMemory>(byte* page)
        where TMemory : struct, ISharedMemory => new(page + In, InSize, (uint*)(page + InCons), (uint*)(page + InProd));

    /// <summary>The console daemon's reading end: the guest's output.</summary>
    /// <typeparam name="TMemory">How to reach the page.</typeparam>
    /// <param name="page">The console page.</param>
    public static ByteRingReader<TMemory> BackReader<TMemory>(byte* page)
        where TMemory : struct, ISharedMemory => new(page + Out, OutSize, (uint*)(page + OutCons), (uint*)(page + OutProd));
}
