using System.Text;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Store;

/// <summary>
/// One entry of a node's permissions. In the first entry the domain is the node's owner (who may do everything) and the rights are
/// those of everybody who is not named; each further entry gives one domain its rights.
/// </summary>
/// <param name="Domain">Whom.</param>
/// <param name="Rights">What.</param>
public readonly record struct StorePermission(DomainId Domain, StoreAccessRights Rights)
{
    /// <summary>Reads one entry: a letter and a domain's number, <c>r5</c>.</summary>
    /// <param name="text">The entry without its NUL.</param>
    /// <param name="permission">The entry.</param>
    /// <returns>False when the text is no entry.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out StorePermission permission)
    {
        permission = default;
        if (text.Length < 2 || !TryParseRights(text[0], out StoreAccessRights rights)
            || !StoreNumber.TryParse(text[1..], 0u, ushort.MaxValue, out uint domain))
        {
            return false;
        }

        permission = new StorePermission(new DomainId((ushort)domain), rights);
        return true;
    }

    /// <summary>The entry as the wire has it: <c>r5</c>.</summary>
    public override string ToString() => $"{Letter(Rights)}{Domain.Value}";

    internal byte[] ToBytes() => Encoding.ASCII.GetBytes(ToString());

    private static char Letter(StoreAccessRights rights) => rights switch
    {
        StoreAccessRights.Read => 'r',
        StoreAccessRights.Write => 'w',
        StoreAccessRights.Both => 'b',
        _ => 'n',
    };

    private static bool TryParseRights(byte letter, out StoreAccessRights rights)
    {
        (rights, bool known) = letter switch
        {
            (byte)'n' => (StoreAccessRights.None, true),
            (byte)'r' => (StoreAccessRights.Read, true),
            (byte)'w' => (StoreAccessRights.Write, true),
            (byte)'b' => (StoreAccessRights.Both, true),
            _ => (StoreAccessRights.None, false),
        };
        return known;
    }
}
