using Xen.Checks.Net;

namespace Xen.Checks;

public static partial class CheckList
{
    private static Check[] Net =>
    [
        new("net R3, R6: responses are judged right", CheckMode.Seeded, NetfrontTxChecks.ResponsesAreJudgedRight),
        new("net R1, R2, R3, R11: the front's transmit side holds under attack", CheckMode.Seeded, NetfrontTxChecks.HoldsUnderAttack),
        new("net R2, R5: received frames are judged right", CheckMode.Seeded, NetfrontRxChecks.FramesAreJudgedRight),
        new("net R1, R2, R5, R11: the front's receive side holds under attack", CheckMode.Seeded, NetfrontRxChecks.HoldsUnderAttack),
        new("net: the back judges packets as Linux does", CheckMode.Seeded, NetbackTxChecks.PacketsAreJudgedRight),
        new("net R1, R2, R11: the back holds under attack", CheckMode.Seeded, NetbackTxChecks.HoldsUnderAttack),
        new("net R1, R2, R11: the back's receive ring holds under attack", CheckMode.Seeded, NetbackRxChecks.HoldsUnderAttack),
        new("net R8: sent frames arrive once, whole, in order", CheckMode.Seeded, NetPathChecks.SentFramesArrive),
        new("net: received frames arrive once, whole, in order", CheckMode.Seeded, NetPathChecks.ReceivedFramesArrive),
        new("net: frames of a flow have one hash", CheckMode.Seeded, FlowHashChecks.FramesOfAFlowHaveOneHash),
        new("net: any bytes have a flow", CheckMode.Seeded, FlowHashChecks.AnyBytesHaveAHash),
        new("netdev R7, R8, R11: a front end holds against any back end", CheckMode.Seeded, NetDeviceChecks.HoldsAgainstAnyBackend),
        new("net R9: refused packets end the turn", CheckMode.Seeded, NetTurnChecks.RefusedPacketsEndTheTurn),
        new("netdev R9: a front end receives in turns", CheckMode.Seeded, NetTurnChecks.FrontReceivesInTurns),
        new("netdev R9: a back end receives in turns", CheckMode.Seeded, NetTurnChecks.BackReceivesInTurns),
        new("netdev R9: honest traffic is no storm", CheckMode.Seeded, NetEventChecks.HonestTrafficIsNoStorm),
        new("netdev: a front end that is awake wants few events", CheckMode.Seeded, NetEventChecks.AwakeFrontEndWantsFewEvents),
        new("netdev R9: a front end endures storms", CheckMode.Seeded, NetEventChecks.FrontEnduresStorms),
        new("netdev R9: a back end endures storms", CheckMode.Seeded, NetEventChecks.BackEnduresStorms),
        new("netdev R8: queues before a failure are given back", CheckMode.Seeded, NetFailureChecks.QueuesBeforeAFailureAreGivenBack),
        new("netdev R16: a page that is sent from holds the frame alone", CheckMode.Seeded, NetDeviceChecks.SentPagesHoldTheFrameAlone),
        new("netdev R8, R13: one connection at a time, and none of a device that was disposed", CheckMode.Seeded, NetReconnectChecks.OneConnectionAtATime),
        new("netdev R1, R8, R11: a back end holds against any front end", CheckMode.Seeded, NetbackDeviceChecks.HoldsAgainstAnyFrontend),
        new("netdev R8, R10: every frame comes back", CheckMode.Seeded, NetEchoChecks.EveryFrameComesBack),
        new("netdev R10: pages that are given back are used", CheckMode.Seeded, NetEchoChecks.PagesThatAreGivenBackAreUsed),
        new("netdev: flows keep their queues", CheckMode.Seeded, NetQueueChecks.FlowsKeepTheirQueues),
        new("netdev R8: interfaces share the page budget", CheckMode.Seeded, NetBudgetChecks.InterfacesShareTheBudget),
        new("netdev R12: a front end's keys are taken or refused by name", CheckMode.Seeded, NetbackDeviceChecks.FrontendKeysAreTakenOrRefusedByName),
        new("netdev R12: keys are taken or refused by name", CheckMode.Seeded, NetDeviceChecks.KeysAreTakenOrRefusedByName),
    ];
}
