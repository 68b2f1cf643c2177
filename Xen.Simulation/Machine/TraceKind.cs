namespace Xen.Simulation.Machine;

/// <summary>What the machine tells the trace. The numbers are part of the trace hash.</summary>
internal enum TraceKind
{
    Step = 1,
    AllocUnbound = 2,
    BindInterdomain = 3,
    Close = 4,
    Send = 5,
    Map = 6,
    Unmap = 7,
    Copy = 8,
    Shutdown = 9,
}
