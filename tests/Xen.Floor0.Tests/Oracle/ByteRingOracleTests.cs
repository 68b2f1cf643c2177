using System.Runtime.InteropServices;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Floor0.Tests.Oracle;

/// <summary>The byte rings of the console and xenstore pages against C over the same structures.</summary>
public unsafe class ByteRingOracleTests
{
    private const int Sequences = 10_000;
    private const int MaxOps = 40;
    private const int PageSize = 4096;

    [OracleFact]
    public void Console() => Compare(
        "oracle_run_console",
        page => new Ends(
            XenconsRings.FrontWriter<DirectMemory>((byte*)page),
            XenconsRings.FrontReader<DirectMemory>((byte*)page),
            XenconsRings.BackWriter<DirectMemory>((byte*)page),
            XenconsRings.BackReader<DirectMemory>((byte*)page)),
        [XenconsInterface.InCons, XenconsInterface.InProd, XenconsInterface.OutCons, XenconsInterface.OutProd],
        seed: 5);

    [OracleFact]
    public void Xenstore() => Compare(
        "oracle_run_xenstore",
        page => new Ends(
            XenstoreRings.FrontWriter<DirectMemory>((byte*)page),
            XenstoreRings.FrontReader<DirectMemory>((byte*)page),
            XenstoreRings.BackWriter<DirectMemory>((byte*)page),
            XenstoreRings.BackReader<DirectMemory>((byte*)page)),
        [
            XenstoreDomainInterface.ReqCons,
            XenstoreDomainInterface.ReqProd,
            XenstoreDomainInterface.RspCons,
            XenstoreDomainInterface.RspProd,
        ],
        seed: 6);

    private static void Compare(string function, Func<nint, Ends> attach, int[] indices, ulong seed)
    {
        var run = (delegate* unmanaged<byte*, uint, OracleOp*, uint, uint*, void>)COracle.Function(function);
        byte* ours = (byte*)NativeMemory.AlignedAlloc(PageSize, PageSize);
        byte* theirs = (byte*)NativeMemory.AlignedAlloc(PageSize, PageSize);
        OracleOp* ops = stackalloc OracleOp[MaxOps];
        uint* expected = stackalloc uint[MaxOps];
        var choice = new SeededChoice(seed);
        for (int sequence = 0; sequence < Sequences; sequence++)
        {
            uint start = choice.Next(4) == 0 ? 0 : uint.MaxValue - (uint)choice.Next(4000);
            int count = 1 + choice.Next(MaxOps);
            for (int i = 0; i < count; i++)
            {
                ops[i] = new OracleOp { Kind = (uint)choice.Next(4), Argument = (uint)choice.Next(1 << choice.Next(12)) };
            }

            new Span<byte>(ours, PageSize).Clear();
            new Span<byte>(theirs, PageSize).Clear();
            foreach (int index in indices)
            {
                *(uint*)(ours + index) = start;
            }

            run(theirs, start, ops, (uint)count, expected);
            Ends ends = attach((nint)ours);
            for (int i = 0; i < count; i++)
            {
                uint result = ends.Run(ops[i]);
                Assert.True(result == expected[i], $"Sequence {sequence} of seed {seed}: operation {i} returned {result}, C {expected[i]}.");
            }

            int at = new ReadOnlySpan<byte>(theirs, PageSize).CommonPrefixLength(new ReadOnlySpan<byte>(ours, PageSize));
            Assert.True(at == PageSize, $"Sequence {sequence} of seed {seed}: the pages differ at {at}.");
        }

        NativeMemory.AlignedFree(ours);
        NativeMemory.AlignedFree(theirs);
    }

    private sealed record Ends(
        ByteRingWriter<DirectMemory> FrontWriter,
        ByteRingReader<DirectMemory> FrontReader,
        ByteRingWriter<DirectMemory> BackWriter,
        ByteRingReader<DirectMemory> BackReader)
    {
        public uint Run(OracleOp op)
        {
            Span<byte> bytes = stackalloc byte[PageSize];
            bytes = bytes[..(int)(op.Argument & 0xFFF)];
            OracleOp.Fill(bytes, op.Argument);
            return op.Kind switch
            {
                0 => (uint)FrontWriter.Write(bytes),
                1 => OracleOp.Digest(bytes[..FrontReader.Read(bytes)]),
                2 => (uint)BackWriter.Write(bytes),
                _ => OracleOp.Digest(bytes[..BackReader.Read(bytes)]),
            };
        }
    }
}
