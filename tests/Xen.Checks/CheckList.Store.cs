using Xen.Checks.Store;

namespace Xen.Checks;

public static partial class CheckList
{
    private static Check[] Store =>
    [
        new("store/R12: a number is digits in range", CheckMode.Seeded, StoreChecks.NumbersAreStrict),
        new("store/R13: one set-up per connection, and an end in time", CheckMode.Seeded, HandshakeChecks.OneSetUpAndAnEnd),
        new("store/R13: two ends connect and close", CheckMode.Seeded, HandshakeChecks.TwoEndsConnectAndClose),
        new("store/R14: the client against any daemon", CheckMode.Seeded, StoreClientChecks.AnyDaemon),
        new("store/R14: no watch event is lost", CheckMode.Seeded, StoreChecks.WatchesLoseNothing),
        new("store/R14: a broken ring ends alone", CheckMode.Seeded, StoreChecks.BrokenRingsEndAlone),
        new("store/model: client, ring and daemon agree with a simple store", CheckMode.Seeded, StoreChecks.AgreesWithModel),
        new("store/transactions: increments of ten clients add up", CheckMode.Seeded, StoreChecks.TransactionsLoseNothing),
        new("store/control: each request is taken once and answered, none is lost", CheckMode.Seeded, ShutdownChecks.RequestsAreTakenOnce),
    ];
}
