using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Floor0.Tests.Oracle;

/// <summary>Every wire structure and number of the tree is what the C compiler makes of Xen's public headers.</summary>
public class LayoutTests
{
    private static readonly Type[] Types = [.. typeof(RingPage).Assembly.GetTypes(), .. typeof(XenErrno).Assembly.GetTypes()];

    [OracleFact]
    public void Every_size_offset_and_number_equals_the_headers()
    {
        List<LayoutFact> facts = LayoutFact.All();
        Assert.True(facts.Count > 300, $"Only {facts.Count} facts.");
        string[] wrong = [.. facts.Select(Difference).OfType<string>()];
        Assert.True(wrong.Length == 0, string.Join(Environment.NewLine, wrong));
    }

    [OracleFact]
    public void No_wire_structure_and_none_of_its_fields_is_unknown_to_the_oracle()
    {
        HashSet<string> known = [.. LayoutFact.All().Select(fact => fact.ToString())];
        IEnumerable<string> fields = Types.Where(IsWire).SelectMany(type => Fields(type).Select(field => $"{type.Name}.{field.Name}").Prepend(type.Name));
        string[] unknown = [.. fields.Where(name => !known.Contains(name))];
        Assert.True(unknown.Length == 0, "Not in tests/oracle/layout.c: " + string.Join(", ", unknown));
    }

    private static string? Difference(LayoutFact fact)
    {
        Type? type = Types.SingleOrDefault(type => type.Name == fact.Type && type.IsPublic);
        if (type is null)
        {
            return $"{fact}: the tree has no public type of that name.";
        }

        if (fact.Kind == 'T')
        {
            return SizeOf(type) == fact.Value ? null : $"{fact}: {SizeOf(type)} bytes, the headers have {fact.Value}.";
        }

        FieldInfo? field = type.GetField(fact.Member, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance);
        if (field is null)
        {
            return $"{fact}: the tree has no such field.";
        }

        if (field.IsLiteral)
        {
            long value = Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture);
            return value == fact.Value ? null : $"{fact}: {value}, the headers have {fact.Value}.";
        }

        long offset = Marshal.OffsetOf(type, field.Name);
        int size = SizeOf(field.FieldType);
        return offset == fact.Value && size == fact.Size ? null : $"{fact}: {size} bytes at {offset}, the headers have {fact.Size} at {fact.Value}.";
    }

    /// <summary>A validated form has properties; what lies in shared memory has public fields.</summary>
    private static bool IsWire(Type type) => type.IsValueType && !type.IsEnum && type.IsPublic && Fields(type).Length > 0;

    private static FieldInfo[] Fields(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Instance);

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
}
