namespace Xen.Checks.Stepping;

/// <summary>Leaves a program at a step that has not been performed yet; one instance, since its stack says nothing.</summary>
internal sealed class SteppedAwayException : Exception
{
    private SteppedAwayException()
    {
    }

    public static SteppedAwayException Instance { get; } = new();
}
