using System.Numerics;
using System.Text;
using Xen.Platform;
using Xen.Rings;
using Xen.Simulation;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Store;

/// <summary>The store of the simulation: its client, its daemon, and the ring between them.</summary>
internal static class StoreChecks
{
    private const int Pages = 32;
    private const string Alphabet = "0123456789+- \0x.e";

    /// <summary>R12: a number is digits in range, and nothing else is one.</summary>
    public static void NumbersAreStrict(IChoice choice)
    {
        int length = choice.Next(24);
        var text = new StringBuilder();
        for (int i = 0; i < length; i++)
        {
            // Mostly digits, or nothing would ever be a number.
            text.Append(Alphabet[choice.Next(8) == 0 ? choice.Next(Alphabet.Length) : choice.Next(10)]);
        }

        ulong minimum = (ulong)choice.Next(1000);
        ulong maximum = choice.Next(2) == 0 ? ulong.MaxValue : (ulong)choice.Next(int.MaxValue);
        string shown = text.ToString();
        bool isDigits = length is > 0 and <= 20 && shown.All(char.IsAsciiDigit);
        BigInteger exact = isDigits ? BigInteger.Parse(shown, System.Globalization.CultureInfo.InvariantCulture) : -1;
        bool expected = isDigits && exact >= minimum && exact <= maximum;
        bool parsed = StoreNumber.TryParse(Encoding.ASCII.GetBytes(shown), minimum, maximum, out ulong value);
        Expect.That(parsed == expected, $"'{shown}' between {minimum} and {maximum}: expected {expected}, got {parsed}.");
        Expect.That(value == (expected ? (ulong)exact : 0), $"'{shown}' was read as {value}.");
    }

    /// <summary>Random operations of the control domain and of a guest over its ring agree with the model.</summary>
    public static void AgreesWithModel(IChoice choice) => Run(choice, async simulation =>
    {
        SimulatedDomain guest = simulation.CreateDomain("guest");
        await Task.WhenAll(
            StoreScenarios.CompareWithModelAsync(simulation.Store, "/model", choice, 25),
            StoreScenarios.CompareWithModelAsync(guest.Store, "data/model", choice, 25));
    });

    /// <summary>Transactions of ten clients are as if one ran after another.</summary>
    public static void TransactionsLoseNothing(IChoice choice) => Run(choice, async simulation =>
    {
        var clients = new List<XenStoreClient>();
        for (int i = 0; i < 10; i++)
        {
            clients.Add(Connect(simulation));
        }

        await StoreScenarios.CountTogetherAsync(clients, "/counter", 3);
        foreach (XenStoreClient client in clients)
        {
            await client.DisposeAsync();
        }
    });

    /// <summary>R14: no event is lost, however slow the reader is.</summary>
    public static void WatchesLoseNothing(IChoice choice) => Run(choice, async simulation =>
    {
        SimulatedDomain guest = simulation.CreateDomain("guest");
        await StoreScenarios.WatchEverythingAsync(guest.Store, simulation.Store, "/local/domain/1/data/watched", choice, choice.Next(150));
    });

    /// <summary>R14, R15: whatever a guest's ring holds, the daemon says so and goes on, and the guest's own requests end.</summary>
    public static void BrokenRingsEndAlone(IChoice choice) => Run(choice, async simulation =>
    {
        SimulatedDomain guest = simulation.CreateDomain("guest");
        await guest.Store.ReadTextAsync("name");
        Task reading = ReadUntilItFailsAsync(guest);
        Scribble(guest, choice);
        await guest.Store.DisposeAsync();
        await reading;
        Expect.Equal("guest", await simulation.Store.ReadTextAsync("/local/domain/1/name"), "what others read meanwhile");
    });

    private static XenStoreClient Connect(Simulation.Simulation simulation) => new(
        new DirectStoreTransport(simulation.Xenstored, DomainId.Zero, simulation.Dom0.Scheduler),
        simulation.Dom0.Scheduler,
        simulation.Options.LoggerFactory);

    private static async Task ReadUntilItFailsAsync(SimulatedDomain guest)
    {
        try
        {
            while (true)
            {
                await guest.Store.ReadTextAsync("name");
            }
        }
        catch (Exception exception) when (exception is XenException or ObjectDisposedException)
        {
            return;
        }
    }

    private static unsafe void Scribble(SimulatedDomain guest, IChoice choice)
    {
        byte* page = guest.StorePage;
        for (int i = choice.Next(4); i >= 0; i--)
        {
            int offset = choice.Next(2) == 0 ? XenstoreDomainInterface.ReqCons + choice.Next(16) : choice.Next(XenstoreDomainInterface.Size);
            page[offset] = (byte)choice.Next(256);
        }
    }

    /// <summary>Runs a check's body in a simulation; nothing may be left of it.</summary>
    internal static void Run(IChoice choice, Func<Simulation.Simulation, Task> body) =>
        SimulationRun.Run(new SimulationOptions { Choice = choice, PagesPerDomain = Pages }, async simulation =>
        {
            await body(simulation);
            Expect.Equal(0, simulation.Xenstored.WatchCount, "watches left");
            Expect.Equal(0, simulation.Xenstored.TransactionCount, "transactions left");
        });
}
