using System.Diagnostics;
using System.Globalization;
using System.Text;
using Xen.Speed.Generator;
using Xen.Speed.Native;

namespace Xen.Speed.Dom0;

/// <summary>Tells an agent what to do and waits for its answer. Datagrams get lost, so an order is said again; the agent does it once.</summary>
internal sealed class Orders
{
    private static readonly TimeSpan SayAgain = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly DatagramSocket _socket = new(new SocketAddress(Plan.Dom0, Plan.OrderPort));
    private string _order = "";
    private long _said;
    private long _given;
    private int _number;
    private GuestUnderTest? _guest;

    /// <summary>Gives an order.</summary>
    public void Give(GuestUnderTest guest, string text)
    {
        _guest = guest;
        _order = string.Create(CultureInfo.InvariantCulture, $"o {++_number} {text}");
        _given = Stopwatch.GetTimestamp();
        Say();
    }

    /// <summary>The answer to the last order, when it comes within the time.</summary>
    public string? TryTakeAnswer(TimeSpan wait)
    {
        string start = string.Create(CultureInfo.InvariantCulture, $"a {_number} ");
        int count = wait > TimeSpan.Zero ? _socket.Receive(wait) : _socket.TryReceive();
        for (int i = 0; i < count; i++)
        {
            string text = Encoding.ASCII.GetString(_socket.Received(i));
            if (text.StartsWith(start, StringComparison.Ordinal))
            {
                return text[start.Length..];
            }
        }

        if (Stopwatch.GetElapsedTime(_given) > Limit)
        {
            throw new TimeoutException($"{_guest!.Name} did not answer '{_order}' within {Limit.TotalSeconds} s");
        }

        if (Stopwatch.GetElapsedTime(_said) > SayAgain)
        {
            Say();
        }

        return null;
    }

    /// <summary>Gives an order and waits for the numbers of its answer.</summary>
    public string Do(GuestUnderTest guest, string text)
    {
        Give(guest, text);
        string? answer;
        do
        {
            answer = TryTakeAnswer(TimeSpan.FromMilliseconds(500));
        }
        while (answer is null);
        return answer;
    }

    private void Say()
    {
        _said = Stopwatch.GetTimestamp();
        _socket.Send(new SocketAddress(_guest!.Address, Plan.AgentPort), Encoding.ASCII.GetBytes(_order));
    }
}
