using System.Buffers;

namespace Xen.Console;

/// <summary>
/// Who keeps a console's ring before and after its driver, and has text of its own for it meanwhile: on bare metal the layer below the program.
/// That text stays here until it is in the ring, so that it is not lost with the driver.
/// </summary>
public interface IConsoleKeeper
{
    /// <summary>The first piece of what waits for the ring; empty when nothing does. It is good until the next call of <see cref="Advance"/>.</summary>
    ReadOnlySpan<byte> Waiting { get; }

    /// <summary>The ring has the first bytes of <see cref="Waiting"/>.</summary>
    /// <param name="count">How many, at most as many as waited.</param>
    void Advance(int count);

    /// <summary>The driver touches the ring no more: it is the keeper's. Called once.</summary>
    /// <param name="begun">What is left of a flush that the ring has a part of: to be written before <see cref="Waiting"/>. Good only within the call.</param>
    /// <param name="rest">Flushed bytes that the ring has nothing of: to be written behind it. Good only within the call.</param>
    void TakeBack(ReadOnlySequence<byte> begun, ReadOnlySequence<byte> rest);
}
