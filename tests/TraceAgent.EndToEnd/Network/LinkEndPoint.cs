using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace TraceAgent.EndToEnd.Network;

/// <summary><c>struct sockaddr_ll</c> (packet(7)) of an interface.</summary>
internal sealed class LinkEndPoint(int interfaceIndex) : EndPoint
{
    private const int Size = 20;
    private const int IndexOffset = 4;

    public override AddressFamily AddressFamily => AddressFamily.Packet;

    public override SocketAddress Serialize()
    {
        var address = new SocketAddress(AddressFamily.Packet, Size);
        Span<byte> index = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(index, interfaceIndex);
        for (var i = 0; i < index.Length; i++)
        {
            address[IndexOffset + i] = index[i];
        }

        return address;
    }
}
