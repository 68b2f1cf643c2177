using Xen.Platform;

namespace Xen.Simulation.Scheduling;

/// <summary>A piece of work that can run.</summary>
/// <param name="Owner">Whose.</param>
/// <param name="Callback">An <c>Action&lt;object?&gt;</c> or a <see cref="SendOrPostCallback"/>.</param>
/// <param name="State">Its argument.</param>
/// <param name="Sequence">Its number among all pieces of the run.</param>
internal readonly record struct ReadyEntry(SimulatedScheduler Owner, Delegate Callback, object? State, long Sequence)
{
    /// <summary>Runs it: one turn of its owner's queue.</summary>
    public void Invoke()
    {
        SynchronizationContext.SetSynchronizationContext(Owner.SynchronizationContext);
        // The same observer for the whole turn, also when the turn's own work changes it.
        IDispatchObserver? observer = Owner.DispatchObserver;
        observer?.Entering();
        if (Callback is Action<object?> action)
        {
            action(State);
        }
        else
        {
            ((SendOrPostCallback)Callback)(State);
        }

        observer?.Leaving();
    }
}
