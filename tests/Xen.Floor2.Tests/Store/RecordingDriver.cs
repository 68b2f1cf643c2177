using Xen.Store;

namespace Xen.Floor2.Tests.Store;

/// <summary>A driver that does nothing but remember what it was asked to do.</summary>
internal sealed class RecordingDriver : IXenbusDriver
{
    public List<string> Steps { get; } = [];

    public Func<XenbusConnection, CancellationToken, ValueTask>? OnConnect { get; init; }

    public Func<CancellationToken, ValueTask>? OnDrain { get; init; }

    public ValueTask PrepareAsync(XenbusConnection connection, CancellationToken cancellationToken) => Note("prepare");

    public async ValueTask PublishAsync(XenbusConnection connection, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        Steps.Add("publish");
        await transaction.WriteAsync(connection.Context.Key("key"), "value", cancellationToken);
    }

    public async ValueTask ConnectAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        Steps.Add("connect");
        if (OnConnect is not null)
        {
            await OnConnect(connection, cancellationToken);
        }
    }

    public ValueTask RefreshAsync(XenbusConnection connection, CancellationToken cancellationToken) => Note("refresh");

    public async ValueTask DrainAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        Steps.Add("drain");
        if (OnDrain is not null)
        {
            await OnDrain(cancellationToken);
        }
    }

    public ValueTask ReleaseAsync(XenbusConnection connection) => Note("release");

    private ValueTask Note(string step)
    {
        Steps.Add(step);
        return ValueTask.CompletedTask;
    }
}
