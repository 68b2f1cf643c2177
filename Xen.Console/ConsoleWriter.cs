using System.IO.Pipelines;

namespace Xen.Console;

/// <summary>The writing end of a pipe that is pumped in the turn of each flush, so that no reader ever waits inside the pipe.</summary>
internal sealed class ConsoleWriter(PipeWriter inner, Action pump) : PipeWriter
{
    public override void Advance(int bytes) => inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        inner.Complete(exception);
        pump();
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<FlushResult> flush = inner.FlushAsync(cancellationToken);
        pump();
        return flush;
    }
}
