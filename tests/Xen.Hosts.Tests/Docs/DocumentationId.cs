using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace Xen.Hosts.Tests.Docs;

/// <summary>Documentation ids (<c>M:System.Threading.Tasks.Task.Run(System.Action)</c>), as the compiler makes them, and as C# writes them in a <c>cref</c>.</summary>
internal static partial class DocumentationId
{
    /// <summary>The id of a public method or constructor.</summary>
    public static string Of(MethodBase method)
    {
        string name = method.IsConstructor ? "#ctor" : method.Name;
        string arity = method.IsGenericMethodDefinition ? string.Create(CultureInfo.InvariantCulture, $"``{method.GetGenericArguments().Length}") : "";
        ParameterInfo[] parameters = method.GetParameters();
        string list = parameters.Length == 0 ? "" : $"({string.Join(',', parameters.Select(parameter => Of(parameter.ParameterType)))})";
        return $"M:{method.DeclaringType!.FullName}.{name}{arity}{list}";
    }

    /// <summary>The C# of an id, for a <c>cref</c> attribute.</summary>
    public static string ToCref(string id)
    {
        string text = id[2..];
        int list = text.IndexOf('(', StringComparison.Ordinal);
        string name = list < 0 ? text : text[..list], parameters = list < 0 ? "" : text[list..];
        bool isConstructor = name.EndsWith(".#ctor", StringComparison.Ordinal);
        bool isMethod = id[0] == 'M';
        if (isConstructor)
        {
            name = name[..^".#ctor".Length];
            name = $"{name}.{SimpleName().Match(name).Value}";
        }

        name = MethodArity().Replace(name, arity => Parameters("M", arity.Groups[1].Value));
        name = TypeArity().Replace(name, arity => Parameters("T", arity.Groups[1].Value));
        parameters = TypeParameter().Replace(MethodParameter().Replace(parameters, "M$1"), "T$1");
        return name + (isMethod && parameters.Length == 0 ? "()" : parameters);
    }

    private static string Of(Type type)
    {
        if (type.IsGenericParameter)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{(type.DeclaringMethod is null ? "`" : "``")}{type.GenericParameterPosition}");
        }

        if (type.HasElementType)
        {
            string suffix = type.IsArray ? "[]" : type.IsByRef ? "@" : "*";
            return Of(type.GetElementType()!) + suffix;
        }

        var text = new StringBuilder(type.Namespace).Append('.').Append(type.Name.Split('`')[0]);
        return type.IsGenericType ? text.Append('{').AppendJoin(',', type.GetGenericArguments().Select(Of)).Append('}').ToString() : text.ToString();
    }

    private static string Parameters(string letter, string arity) =>
        $"{{{string.Join(',', Enumerable.Range(0, int.Parse(arity, CultureInfo.InvariantCulture)).Select(index => $"{letter}{index}"))}}}";

    [GeneratedRegex(@"\w+(?=(`\d+)?$)")]
    private static partial Regex SimpleName();

    [GeneratedRegex(@"``(\d+)$")]
    private static partial Regex MethodArity();

    [GeneratedRegex(@"(?<!`)`(\d+)")]
    private static partial Regex TypeArity();

    [GeneratedRegex(@"``(\d+)")]
    private static partial Regex MethodParameter();

    [GeneratedRegex(@"`(\d+)")]
    private static partial Regex TypeParameter();
}
