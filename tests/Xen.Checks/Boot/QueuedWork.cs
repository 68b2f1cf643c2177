using System.IO.Pipelines;
using Xen.Platform;

namespace Xen.Checks.Boot;

/// <summary>A scheduler that keeps its work until a check lets it run.</summary>
internal sealed class QueuedWork : IGuestScheduler
{
    private readonly Queue<(Action<object?> Action, object? State)> _work = new();

    public TimeProvider TimeProvider => throw new NotSupportedException();

    public PipeScheduler PipeScheduler => throw new NotSupportedException();

    public SynchronizationContext SynchronizationContext => throw new NotSupportedException();

    public bool IsCurrent { get; set; } = true;

    public IDispatchObserver? DispatchObserver { get; set; }

    public void Schedule(Action<object?> callback, object? state) => _work.Enqueue((callback, state));

    public void RunAll()
    {
        while (_work.TryDequeue(out (Action<object?> Action, object? State) work))
        {
            work.Action(work.State);
        }
    }
}
