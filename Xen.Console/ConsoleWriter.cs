using System.IO.Pipelines;

namespace Xen.Console;

/// <summary>The writing end of a pipe that is pumped in the turn of each flush, so that no reader ever waits inside the pipe.</summary>
internal sealed class ConsoleWriter(PipeWriter inner, Action pump) : PipeWriter
{
    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override void Advance(int bytes) => inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    // The reason is the application's own affair: handed on, it would be thrown where the pipe is read, in the middle of the stack.
    public override void Complete(Exception? exception = null)
    {
        inner.Complete();
        pump();
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<FlushResult> flush = inner.FlushAsync(cancellationToken);
        pump();
        return flush;
    }
}
