using System.Runtime.InteropServices;
using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Checks.Boot;

/// <summary>A shared info page and a processor that a check writes; the counter can be a peer that writes while the guest reads.</summary>
internal sealed unsafe class ClockPage : IProcessor, IDisposable
{
    private readonly SharedInfo* _info = (SharedInfo*)NativeMemory.AllocZeroed(PageSize.Bytes);

    public ClockPage()
    {
        Clock = new PvClock(this, _info, &_info->FirstVcpu.Time, null, () => EarlierCount++);
    }

    public PvClock Clock { get; }

    public int EarlierCount { get; private set; }

    public ulong Counter { get; set; }

    /// <summary>Runs at each read of the counter, between the reads of the record and the second read of its version.</summary>
    public Action? OnRead { get; set; }

    public ref VcpuTimeInfo Time => ref _info->FirstVcpu.Time;

    public ref SharedInfo Info => ref *_info;

    public CpuidResult Cpuid(uint leaf, uint subleaf) => default;

    public ulong ReadTimestampCounter()
    {
        OnRead?.Invoke();
        return Counter;
    }

    public void Dispose() => NativeMemory.Free(_info);
}
