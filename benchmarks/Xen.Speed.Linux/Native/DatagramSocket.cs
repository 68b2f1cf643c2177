using System.Runtime.InteropServices;

namespace Xen.Speed.Native;

/// <summary>A UDP socket that sends and receives many datagrams in one call, as a program does on Linux that wants speed.</summary>
internal sealed unsafe class DatagramSocket
{
    public const int Batch = 64;
    public const int MaxBytes = 2048;

    private const nint ReceiveMany = 299;
    private const nint SendMany = 307;
    private const int BufferBytes = 16 << 20;

    private readonly int _socket;
    private readonly byte* _data = (byte*)NativeMemory.AllocZeroed(Batch * MaxBytes);
    private readonly Message* _messages = (Message*)NativeMemory.AllocZeroed(Batch, (nuint)sizeof(Message));
    private readonly Message.Piece* _pieces = (Message.Piece*)NativeMemory.AllocZeroed(Batch, (nuint)sizeof(Message.Piece));
    private TimeSpan _limit;

    public DatagramSocket(SocketAddress own)
    {
        _socket = (int)Libc.Check(Libc.Socket(Libc.InternetFamily, Libc.Datagrams, 0), "socket");
        Libc.Check(Libc.Bind(_socket, &own, SocketAddress.Size), "bind");
        Set(Libc.ReceiveBufferForce, BufferBytes);
        for (int i = 0; i < Batch; i++)
        {
            _pieces[i] = new Message.Piece { Address = _data + (i * MaxBytes), Length = MaxBytes };
            _messages[i] = new Message { Pieces = _pieces + i, PieceCount = 1 };
        }
    }

    /// <summary>A datagram that the last call received.</summary>
    public ReadOnlySpan<byte> Received(int index) => new(_data + (index * MaxBytes), (int)_messages[index].Length);

    /// <summary>Waits for at least one datagram.</summary>
    /// <param name="limit">How long; zero is for ever.</param>
    /// <returns>How many came; 0 when time is over.</returns>
    public int Receive(TimeSpan limit)
    {
        SetLimit(limit);
        return Receive(Libc.WaitForOne);
    }

    /// <summary>Takes what is there.</summary>
    public int TryReceive() => Receive(Libc.DontWait);

    /// <summary>Sends one datagram.</summary>
    public void Send(SocketAddress to, ReadOnlySpan<byte> data)
    {
        fixed (byte* first = data)
        {
            Libc.Check(Libc.SendTo(_socket, first, data.Length, 0, &to, SocketAddress.Size), "sendto");
        }
    }

    /// <summary>Sends numbered datagrams of one length. Of a socket that sends only: its buffers keep that length.</summary>
    public void SendBurst(SocketAddress to, int bytes, int count)
    {
        for (int i = 0; i < Batch; i++)
        {
            _pieces[i].Length = bytes;
            _messages[i].Name = &to;
            _messages[i].NameLength = SocketAddress.Size;
        }

        for (int sent = 0; sent < count;)
        {
            int batch = Math.Min(Batch, count - sent);
            for (int i = 0; i < batch; i++)
            {
                *(int*)(_data + (i * MaxBytes) + sizeof(int)) = sent + i;
            }

            sent += (int)Libc.Check(Libc.Call(SendMany, _socket, (nint)_messages, batch, 0, 0), "sendmmsg");
        }
    }

    private int Receive(int flags) => (int)Math.Max(Libc.Call(ReceiveMany, _socket, (nint)_messages, Batch, flags, 0), 0);

    private void SetLimit(TimeSpan limit)
    {
        if (limit != _limit)
        {
            long* time = stackalloc long[2] { (long)limit.TotalSeconds, limit.Milliseconds * 1000L };
            Libc.Check(Libc.SetSocketOption(_socket, Libc.SocketLevel, Libc.ReceiveTimeout, time, 2 * sizeof(long)), "SO_RCVTIMEO");
            _limit = limit;
        }
    }

    private void Set(int name, int value) => Libc.Check(Libc.SetSocketOption(_socket, Libc.SocketLevel, name, &value, sizeof(int)), "setsockopt");
}
