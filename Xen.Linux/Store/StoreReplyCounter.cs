using Xen.Rings;

namespace Xen.Linux;

/// <summary>Counts the replies in a stream of xenstore messages that is cut anywhere. Watch events are no replies (xen-protocols 1.9).</summary>
internal struct StoreReplyCounter
{
    private HeaderBytes _header;
    private int _headerCount;
    private long _payloadLeft;

    /// <summary>True between two messages.</summary>
    internal readonly bool IsBetweenMessages => _headerCount == 0 && _payloadLeft == 0;

    /// <summary>Takes the next bytes of the stream.</summary>
    /// <returns>How many replies have begun to arrive in them: their headers are complete.</returns>
    internal int Count(ReadOnlySpan<byte> bytes)
    {
        int replies = 0;
        while (bytes.Length > 0)
        {
            if (_payloadLeft > 0)
            {
                int skipped = (int)Math.Min(_payloadLeft, bytes.Length);
                _payloadLeft -= skipped;
                bytes = bytes[skipped..];
                continue;
            }

            _header[_headerCount++] = bytes[0];
            bytes = bytes[1..];
            if (_headerCount == XsdSockmsg.Size)
            {
                replies += EndHeader();
            }
        }

        return replies;
    }

    private int EndHeader()
    {
        _headerCount = 0;
        XsdSockmsg header = XsdSockmsg.ReadFrom(_header);
        _payloadLeft = header.Len;
        return header.Type == (uint)XsdSockmsgType.WatchEvent ? 0 : 1;
    }

    [System.Runtime.CompilerServices.InlineArray(XsdSockmsg.Size)]
    private struct HeaderBytes
    {
        private byte _first;
    }
}
