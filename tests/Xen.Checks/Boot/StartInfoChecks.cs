using System.Buffers.Binary;
using System.Text;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Boot;

/// <summary>The start info of a PVH guest.</summary>
internal static class StartInfoChecks
{
    private const string Letters = "abcxyz =\"-/\u00E4\u0105";
    private const int Size = 16384;

    public static void WrittenIsRead(IChoice choice)
    {
        StartInfoImage image = StartInfoImage.Make(choice);
        // Nothing lies behind the image: a reader that asks for more than there is fails.
        var memory = new BootMemory(image.First, image.Bytes);
        PvhBoot boot = PvhBoot.Read(memory, image.First);
        Expect.Equal(image.Version, boot.Version, "version");
        Expect.Equal((StartInfoFlags)image.Flags, boot.Flags, "flags");
        Expect.Equal(image.Rsdp, boot.RsdpAddress, "RSDP");
        Expect.Equal(image.CommandLine, boot.CommandLine, "command line");
        Expect.Equal(image.Modules.Count, boot.Modules.Count, "modules");
        for (int i = 0; i < image.Modules.Count; i++)
        {
            Expect.Equal(image.Modules[i], boot.Modules[i], $"module {i}");
        }

        bool hasMap = image.Version >= 1 && image.MapEntries > 0;
        Expect.Equal(hasMap, boot.MemoryMap is not null, "there is a map");
        Expect.That(!hasMap || boot.MemoryMap!.Regions.Count == 1, "The regions of the map are one.");
    }

    public static void HostileIsRefused(IChoice choice)
    {
        StartInfoImage image = StartInfoImage.Make(choice);
        for (int i = choice.Next(4); i >= 0; i--)
        {
            // A pointer or a count, at its place in the structure or in a module's entry.
            int field = 8 + (8 * choice.Next(Math.Min(15, (image.Bytes.Length / 8) - 1)));
            ulong value = choice.Next(2) == 0 ? Words.NearALimit(choice) : image.First + (ulong)(image.Bytes.Length - 8 + choice.Next(16));
            BinaryPrimitives.WriteUInt64LittleEndian(image.Bytes.AsSpan(field), value);
        }

        var memory = new BootMemory(image.First, image.Bytes);
        try
        {
            PvhBoot boot = PvhBoot.Read(memory, image.First);
            Expect.That(boot.Modules.Count <= PvhBoot.ModuleLimit, "There are too many modules.");
            Expect.That((boot.CommandLine?.Length ?? 0) < PvhBoot.CommandLineLimit, "The command line is too long.");
            foreach (PvhModule module in boot.Modules)
            {
                Expect.That(module.Address + module.Size >= module.Address, $"Module {module} comes round.");
            }
        }
        catch (InvalidDataException refused)
        {
            Expect.That(refused.Message.StartsWith("PVH start info: ", StringComparison.Ordinal), $"A refusal without a name: {refused.Message}");
        }

        Expect.That(!memory.WasWrapped, "A read came round at the end of the address space.");
        Expect.That(memory.Largest <= PvhBoot.MemoryMapLimit * 24, $"A read of {memory.Largest} bytes.");
    }

    public static void DomainsAreTold(IChoice choice)
    {
        int version = choice.Next(2);
        string? line = choice.Next(3) == 0 ? null : Words.Text(choice, (PvhBoot.CommandLineLimit - 1) / 2, Letters);
        byte[] content = Encoding.Latin1.GetBytes(Words.Text(choice, Size, "module"));
        var options = new SimulationOptions
        {
            Choice = choice,
            StartInfoVersion = version,
            CommandLine = line,
            Modules = [new SimulatedModule(content, "first"), new SimulatedModule(content)],
        };
        SimulationRun.Run(options, simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            Expect.Equal((uint)version, guest.Boot.Version, "version");
            Expect.Equal(line, guest.Boot.CommandLine, "command line");
            Expect.Equal(true, simulation.Dom0.Boot.Flags.HasFlag(StartInfoFlags.Initdomain), "dom0 is the control domain");
            Expect.Equal(StartInfoFlags.None, guest.Boot.Flags, "flags");
            Expect.Equal("first", guest.Boot.Modules[0].CommandLine, "the first module's line");
            Expect.Equal(null, guest.Boot.Modules[1].CommandLine, "the second module's line");
            byte[] read = new byte[content.Length];
            Expect.That(guest.PhysicalMemory.TryRead(guest.Boot.Modules[1].Address, read) && read.AsSpan().SequenceEqual(content), "The module is what was loaded.");
            Expect.Equal(version == 1, guest.Boot.MemoryMap is not null, "there is a map in the start info");
            MemoryMap map = MemoryMap.Of(guest.Boot, guest.Hypervisor), asked = MemoryMap.FromHypervisor(guest.Hypervisor);
            Expect.That(map.Regions.SequenceEqual(asked.Regions), "Start info and hypercall agree.");
            Expect.That(map.RamFrames > (ulong)options.PagesPerDomain, "The map has all of the domain's memory.");
            XenCpuid? xen = XenCpuid.Find(guest.Processor);
            Expect.Equal(guest.Id, xen?.DomainId, "the domain's number by cpuid");
            Expect.Equal(xen!.Tsc.GuestKilohertz * 1000UL, guest.Clock.TimestampCounterHertz, "the counter's speed");
            return Task.CompletedTask;
        });
    }
}
