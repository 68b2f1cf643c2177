namespace Xen.Platform;

/// <summary>Is told of every event dispatch: one turn of a guest's run queue, whatever caused it (an event, a timer, own work).</summary>
public interface IDispatchObserver
{
    /// <summary>Called before the first piece of work of the turn.</summary>
    void Entering();

    /// <summary>Called after the last piece of work of the turn.</summary>
    void Leaving();
}
