using System.Runtime.InteropServices;

namespace Xen.Floor0.Tests.Oracle;

/// <summary>One line of the oracle's table: a type's size, a field's offset and size, or a number.</summary>
internal readonly record struct LayoutFact(char Kind, string Type, string Member, long Value, long Size)
{
    public static unsafe List<LayoutFact> All()
    {
        var next = (delegate* unmanaged<int, Native*, int>)COracle.Function("oracle_fact");
        var facts = new List<LayoutFact>();
        for (Native native; next(facts.Count, &native) != 0;)
        {
            string[] name = Marshal.PtrToStringUTF8(native.Name)!.Split('.');
            facts.Add(new LayoutFact((char)native.Kind, name[0], name.Length > 1 ? name[1] : "", native.Value, native.Size));
        }

        return facts;
    }

    public override string ToString() => Member.Length == 0 ? Type : $"{Type}.{Member}";

    [StructLayout(LayoutKind.Sequential)]
    private struct Native
    {
        public byte Kind;
        public nint Name;
        public long Value;
        public long Size;
    }
}
