using System.IO.Pipelines;

namespace Xen.Platform;

/// <summary>
/// The one run queue of a guest. All code of the stack runs on it, one piece at a time, so no driver needs a lock.
/// A host installs it as <see cref="System.Threading.SynchronizationContext"/>, so that an <c>await</c> comes back to it.
/// </summary>
public interface IGuestScheduler
{
    /// <summary>The guest's time: virtual, pvclock, or the system's.</summary>
    TimeProvider TimeProvider { get; }

    /// <summary>The same queue, for pipes. Every pipe of the stack is made with it.</summary>
    PipeScheduler PipeScheduler { get; }

    /// <summary>The same queue, for <c>await</c>.</summary>
    SynchronizationContext SynchronizationContext { get; }

    /// <summary>True when the caller runs on this queue.</summary>
    bool IsCurrent { get; }

    /// <summary>Is told of every turn of this queue, or <see langword="null"/>. Belongs to the hosting layer.</summary>
    IDispatchObserver? DispatchObserver { get; set; }

    /// <summary>
    /// Queues a piece of work; it never runs inside this call. Callable from any thread on hosts that have threads;
    /// a simulation in virtual time refuses foreign threads.
    /// </summary>
    /// <param name="callback">The work. Allocates nothing when it is a static lambda.</param>
    /// <param name="state">Its argument.</param>
    void Schedule(Action<object?> callback, object? state);
}
