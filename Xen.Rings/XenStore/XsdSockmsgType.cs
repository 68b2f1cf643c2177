namespace Xen.Rings;

/// <summary>The message types of xenstore (public <c>io/xs_wire.h</c>, xen-protocols 1.9).</summary>
public enum XsdSockmsgType
{
    /// <summary>Control of the daemon; privileged.</summary>
    Control = 0,

    /// <summary>Lists a node's children.</summary>
    Directory = 1,

    /// <summary>Reads a node's value.</summary>
    Read = 2,

    /// <summary>Reads a node's permissions.</summary>
    GetPerms = 3,

    /// <summary>Begins to watch a node and all below it.</summary>
    Watch = 4,

    /// <summary>Ends a watch.</summary>
    Unwatch = 5,

    /// <summary>Begins a transaction.</summary>
    TransactionStart = 6,

    /// <summary>Commits or drops a transaction.</summary>
    TransactionEnd = 7,

    /// <summary>Tells the daemon of a domain; privileged.</summary>
    Introduce = 8,

    /// <summary>Makes the daemon forget a domain; privileged.</summary>
    Release = 9,

    /// <summary>Asks for a domain's home path.</summary>
    GetDomainPath = 10,

    /// <summary>Writes a node's value, making it and its parents.</summary>
    Write = 11,

    /// <summary>Makes a node, if it is not there.</summary>
    Mkdir = 12,

    /// <summary>Removes a node and all below it.</summary>
    Rm = 13,

    /// <summary>Writes a node's permissions.</summary>
    SetPerms = 14,

    /// <summary>From the daemon: something below a watched node changed.</summary>
    WatchEvent = 15,

    /// <summary>From the daemon: the request failed; the payload is the error's name.</summary>
    Error = 16,

    /// <summary>Asks whether the daemon knows a domain.</summary>
    IsDomainIntroduced = 17,

    /// <summary>Lets a domain's shutdown be reported again; privileged.</summary>
    Resume = 18,

    /// <summary>Gives a domain the rights over another; privileged.</summary>
    SetTarget = 19,

    /// <summary>Drops all watches and transactions of the connection.</summary>
    ResetWatches = 21,

    /// <summary>Lists a part of a node's children, where the whole does not fit a reply.</summary>
    DirectoryPart = 22,
}
