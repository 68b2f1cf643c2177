using Xen.Blkback;
using Xen.Blkfront;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Blk;

/// <summary>A whole block back end in the simulation against a front end that does what it likes.</summary>
public static class BlkbackDeviceChecks
{
    /// <summary>
    /// R1, R8: whatever the front end asks, writes or grants, the back end answers or ends the connection, lets go of everything, and
    /// serves the next.
    /// </summary>
    public static void HoldsAgainstAnyFrontend(IChoice choice) => BlkBench.RunCheck(choice, async bench =>
    {
        bench.Serve(
            grants => choice.Next(2) == 0 ? MemoryBlockStore.Allocate(grants, 16) : new PlainBlockStore(65536, 512),
            new BlkbackOptions { RequestsPerTurn = 1 + choice.Next(8) });
        using (var front = new HostileDiskFront(bench, choice))
        {
            Expect.That(await front.TryConnectAsync(), "A right front end was refused.");
            for (int step = 0; step < 40; step++)
            {
                front.Misbehave();
                await Task.Delay(TimeSpan.FromMilliseconds(choice.Next(3)), bench.Time);
            }

            await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
            Expect.That(front.Answers <= bench.Back!.GetStatistics().Requests, "More answers than requests.");
            await front.CloseAsync();
        }

        await ExpectServesAsync(bench);
    });

    /// <summary>Data whose page cannot be reached is an error: nothing else is read or written in its place.</summary>
    public static void UnreachablePagesAreErrors(IChoice choice) => BlkBench.RunCheck(choice, async bench =>
    {
        bool isDirect = choice.Next(2) == 0;
        bench.Serve(grants => isDirect ? MemoryBlockStore.Allocate(grants, 16) : new PlainBlockStore(65536, 512));
        using var front = new HostileDiskFront(bench, choice);
        Expect.That(await front.TryConnectAsync(), "A right front end was refused.");
        front.AskForUnreachable();
        await Task.Delay(TimeSpan.FromMilliseconds(10), bench.Time);
        Expect.Equal(BlkifStatus.Error, front.TakeStatus(), "the status of a request for a page that is not granted");
        await front.CloseAsync();
    });

    private static async Task ExpectServesAsync(BlkBench bench)
    {
        await bench.Guest.Store.WriteAsync(bench.Paths.Frontend + "/state", "1");
        await using BlkfrontDevice device = await bench.OpenAsync();
        var written = new byte[20 * 512];
        written.AsSpan().Fill(0x77);
        var read = new byte[written.Length];
        Expect.That((await device.WriteAsync(3, written.AsMemory())).IsSuccess, "A write failed afterwards.");
        Expect.That((await device.ReadAsync(3, read.AsMemory())).IsSuccess && read.AsSpan().SequenceEqual(written), "A read failed afterwards.");
    }
}
