namespace Xen.Speed.Generator;

/// <summary>A disk under test, as the agent uses it.</summary>
internal interface ISpeedDisk
{
    /// <summary>Reads or writes so many blocks, never more than <paramref name="depth"/> of them at a time.</summary>
    ValueTask RunAsync(bool isWrite, int blockBytes, int depth, int count);

    /// <summary>Counters for people, in one line.</summary>
    string Describe();
}
