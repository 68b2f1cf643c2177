using Xen.Rings;

namespace Xen.Store;

/// <summary>
/// The rules for paths (xen-protocols 1.9): letters, digits and <c>-/_@</c>, no empty part, no trailing slash, at most 3,072 bytes
/// (2,048 when relative). A path that begins with <c>/</c> is absolute; one that begins with <c>@</c> is a special name that only watches and
/// permissions know; any other is relative to the domain's home.
/// </summary>
public static class StorePath
{
    /// <summary>Says what is wrong with the path of a node, or <see langword="null"/> when nothing is.</summary>
    /// <param name="path">An absolute or relative path.</param>
    public static string? Explain(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0)
        {
            return "it is empty";
        }

        int maximum = path[0] == '/' ? XsdSockmsg.AbsolutePathMax : XsdSockmsg.RelativePathMax;
        if (path.Length > maximum)
        {
            return $"it has {path.Length} characters, at most {maximum} are allowed";
        }

        if (path.Length > 1 && path[^1] == '/')
        {
            return "it ends with a slash";
        }

        return ExplainCharacters(path);
    }

    /// <summary>Refuses a path that breaks the rules, before anything is sent.</summary>
    /// <param name="path">An absolute or relative path.</param>
    /// <exception cref="ArgumentException">It breaks a rule; the message says which.</exception>
    public static void Check(string path)
    {
        string? wrong = Explain(path);
        if (wrong is not null)
        {
            throw new ArgumentException($"\"{Shorten(path)}\" is not a xenstore path: {wrong}.", nameof(path));
        }
    }

    /// <summary>The path of a node below another.</summary>
    /// <param name="parent">A path; a slash at its end does no harm.</param>
    /// <param name="relative">What follows it, without a slash at its start.</param>
    public static string Combine(string parent, string relative)
    {
        ArgumentNullException.ThrowIfNull(parent);
        ArgumentNullException.ThrowIfNull(relative);
        return parent.EndsWith('/') ? parent + relative : $"{parent}/{relative}";
    }

    /// <summary>The path of the node above, or <see langword="null"/> for the root and for a relative path of one part.</summary>
    /// <param name="path">A path.</param>
    public static string? Parent(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        int slash = path.LastIndexOf('/');
        return slash switch
        {
            -1 => null,
            0 => path.Length == 1 ? null : "/",
            _ => path[..slash],
        };
    }

    /// <summary>The last part of a path.</summary>
    /// <param name="path">A path.</param>
    public static string Leaf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path[(path.LastIndexOf('/') + 1)..];
    }

    /// <summary>True for a path and everything below it, by whole parts: <c>/a/b</c> lies in <c>/a</c>, <c>/ab</c> does not.</summary>
    /// <param name="path">A path.</param>
    /// <param name="ancestor">The path above.</param>
    public static bool IsWithin(string path, string ancestor)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(ancestor);
        return path.StartsWith(ancestor, StringComparison.Ordinal)
            && (path.Length == ancestor.Length || ancestor is "/" || path[ancestor.Length] == '/');
    }

    private static string? ExplainCharacters(string path)
    {
        for (int i = 0; i < path.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(path[i]) && path[i] is not ('-' or '/' or '_' or '@'))
            {
                return $"character {i} is {Show(path[i])}; letters, digits and -/_@ are allowed";
            }

            if (i > 0 && path[i] == '/' && path[i - 1] == '/')
            {
                return $"part at character {i} is empty";
            }
        }

        return null;
    }

    private static string Show(char character) => char.IsControl(character) ? $"0x{(int)character:x2}" : $"'{character}'";

    private static string Shorten(string path) => path.Length <= 80 ? path : $"{path.AsSpan(0, 77)}...";
}
